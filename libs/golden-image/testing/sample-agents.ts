/** Digest that sample images are built with. */
export const SAMPLE_DIGEST = 'd'.repeat(64);

const serving = (body: string): string =>
  `require('node:http').createServer((request, response) => { ${body} }).listen(process.env.PORT, process.env.HOST);`;
const answering = (answer: string): string => serving(`response.end(JSON.stringify(${answer}))`);

/** Programs of agents: a good one, and one for each way of being bad. */
export const SAMPLE_AGENTS = {
  good: `${serving(`
    if (request.url === '/facts') return response.end(JSON.stringify({ random: require('node:crypto').randomBytes(16).toString('hex'), now: Date.now() }));
    response.end(JSON.stringify({ status: 'ready', image: process.env.IMAGE_ID, version: process.env.AGENT_VERSION, digest: process.env.AGENT_DIGEST }));`)}
console.log('agent listens, image', process.env.IMAGE_ID);`,
  crashing: `console.log('no licence for this month'); process.exit(42);`,
  misspelt: `const port = ;`,
  hanging: serving(''),
  starting: answering(`{ status: 'starting' }`),
  outdated: answering(`{ status: 'ready', image: process.env.IMAGE_ID, digest: '0'.repeat(64) }`),
  elsewhere: answering(`{ status: 'ready', image: 'img-0000000000000000', digest: process.env.AGENT_DIGEST }`),
} as const;
export type SampleAgent = keyof typeof SAMPLE_AGENTS;
