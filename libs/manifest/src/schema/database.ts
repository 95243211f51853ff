import { z } from 'zod';
import { choice, optional, removable, required, text, webUrl } from './leaves';

export const DATABASE_DEFAULTS = {
  driver: 'postgres',
  url_variable: 'DATABASE_URL',
  shadow: 'embedded',
  token_variable: 'SUPABASE_ACCESS_TOKEN',
} as const;

const error = 'should be a mapping with `project`';

const VARIABLE = /^[A-Z_][A-Z0-9_]*$/;
/** In capital letters, so that a connection string written in its place is never taken for one. */
const variable = () => {
  const expects = 'the name of an environment variable, in capital letters';
  return text(expects)
    .superRefine((value, context) => {
      if (VARIABLE.test(value)) return;
      context.addIssue({ code: 'custom', message: `should be ${expects}`, params: { withheld: true } });
    })
    .meta({ expects });
};

const shadow = () => {
  const expects = 'embedded, or the name of an environment variable in capital letters';
  return text(expects)
    .superRefine((value, context) => {
      if (value === 'embedded' || VARIABLE.test(value)) return;
      context.addIssue({ code: 'custom', message: `should be ${expects}`, params: { withheld: true } });
    })
    .meta({ expects });
};

const supabaseSchema = z.strictObject(
  {
    project: required(
      text('the reference of a project').refine((value) => /^[a-z0-9-]+$/.test(value), {
        error: 'should be the reference of a project: lower case letters, digits and `-`',
      }),
      { description: 'Reference of the Supabase project.', examples: ['abcdefghijklmnopqrst'] },
    ),
    token_variable: optional(variable(), {
      description: 'Environment variable that holds the access token.',
      default: DATABASE_DEFAULTS.token_variable,
      examples: ['STAGING_SUPABASE_TOKEN'],
    }),
    url: optional(webUrl(), {
      description: 'Address of an MCP server. Left out = the official server is started on this machine.',
      examples: ['https://mcp.supabase.com/mcp'],
    }),
    api_url: optional(webUrl(), {
      description: 'Address of the Management API, where it is not Supabase’s own.',
      examples: ['https://supabase.example.com'],
    }),
  },
  { error },
);

/** Keys of a database target that an environment may change; `migrations`, which makes it one, it may not. */
export const databaseKeys = {
  driver: optional(choice(['postgres', 'supabase-mcp']), {
    description:
      'How the database is reached: `postgres` = a connection string, `supabase-mcp` = Supabase’s MCP server.',
    default: DATABASE_DEFAULTS.driver,
    examples: ['supabase-mcp'],
  }),
  url_variable: optional(variable(), {
    description:
      'Environment variable that holds the connection string (driver `postgres`). Where the environment’s values file has that name, its value comes first.',
    default: DATABASE_DEFAULTS.url_variable,
    examples: ['STAGING_DATABASE_URL'],
  }),
  through: removable(text('the name of a host'), {
    description:
      'Host of the environment through which the database is reached, by SSH forwarding. Left out = directly from here.',
    examples: ['web-1'],
  }),
  shadow: optional(shadow(), {
    description:
      'Where migrations are tried out first: `embedded` = a throwaway PostgreSQL on this machine, or the variable with the connection string of an empty database kept for it.',
    default: DATABASE_DEFAULTS.shadow,
    examples: ['SHADOW_DATABASE_URL'],
  }),
  supabase: removable(supabaseSchema, {
    description: 'The project (driver `supabase-mcp`; see “Database”).',
    examples: [{ project: 'abcdefghijklmnopqrst' }],
  }),
};
