/** Letters of a commit's SHA in a deployment's id. */
const SHORT = 7;

/** Id of a deployment, `20261124T081530.123Z-abc123f`: sorts by time, and is a legal name of a file. */
export const deploymentId = (at: Date, sha: string): string =>
  `${at.toISOString().replaceAll(/[-:]/g, '')}-${sha.slice(0, SHORT)}`;

/** The first id from `at` on, a millisecond apart each, that `claim` gives us. */
export const claimDeploymentId = (at: Date, sha: string, claim: (id: string) => boolean): string => {
  for (let time = at.getTime(); ; time += 1) {
    const id = deploymentId(new Date(time), sha);
    if (claim(id)) return id;
  }
};
