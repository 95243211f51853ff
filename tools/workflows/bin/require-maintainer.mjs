// Asks GitHub whether whoever started this run, and whoever started it again, may maintain the repository. Plain
// JavaScript without packages, so that a job can ask before it installs anything.

const ROLES = ['maintain', 'admin'];

const refuse = (message, hint) => {
  console.error(`${message}\n  ${hint}`);
  process.exit(1);
};

const needed = (name) =>
  process.env[name]?.trim() ||
  refuse(
    `[MAINTAINER_UNKNOWN] ${name} is not set, so nobody can be asked for; nothing was done.`,
    'GitHub Actions sets it; GH_TOKEN comes from the step.',
  );

/** The role of a person, by GitHub's own word: a custom role counts by what it may do. */
const roleOf = async (actor) => {
  const url = `${needed('GITHUB_API_URL')}/repos/${needed('GITHUB_REPOSITORY')}/collaborators/${encodeURIComponent(actor)}/permission`;
  const headers = { authorization: `Bearer ${needed('GH_TOKEN')}`, accept: 'application/vnd.github+json' };
  const answer = await fetch(url, { headers, signal: globalThis.AbortSignal.timeout(30_000) });
  if (answer.status === 404) return { role: 'none', may: false };
  if (!answer.ok) throw new Error(`GitHub answered ${String(answer.status)}`);
  const { role_name: role = 'none', user } = await answer.json();
  const { maintain = false, admin = false } = user?.permissions ?? {};
  return { role, may: ROLES.includes(role) || maintain === true || admin === true };
};

const actors = [...new Set([needed('GITHUB_ACTOR'), process.env.GITHUB_TRIGGERING_ACTOR?.trim()].filter(Boolean))];
for (const actor of actors) {
  const { role, may } = await roleOf(actor).catch((error) =>
    refuse(
      `[MAINTAINER_UNKNOWN] It could not be found out what ${actor} may do: ${error.message}. Nothing was done.`,
      'Start the workflow again; a maintainer can roll back from a checkout too: scripts/rollback.sh --help',
    ),
  );
  if (!may) {
    refuse(
      `[MAINTAINER_NEEDED] ${actor} has the role ${role} here; this takes ${ROLES.join(' or ')}. Nothing was done.`,
      'Ask a maintainer to start the workflow.',
    );
  }
  console.log(`${actor} may: ${role}`);
}
