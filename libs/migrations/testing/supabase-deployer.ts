import { openSupabaseMcp } from '../src/drivers/supabase/open';

/** A deployer as a process of its own, so that a test can kill it: opens the project that its environment names, and stays. */
const main = async () => {
  const { PROJECT: project = '', API: apiUrl = '' } = process.env;
  await openSupabaseMcp({ driver: 'supabase-mcp', tokenVariable: 'TOKEN', project, apiUrl }, process.env);
  process.stdout.write('open\n');
};
void main();
