import { Fault } from './fault';

/** A field of a request's body. */
interface Field {
  readonly type: 'string' | 'boolean' | 'integer' | 'object' | 'array';
  readonly required?: true;
  readonly oneOf?: readonly string[];
}
type Fields = Readonly<Record<string, Field>>;

const text: Field = { type: 'string' };
const flag: Field = { type: 'boolean' };
const number: Field = { type: 'integer' };
const needed = (field: Field): Field => ({ ...field, required: true });
const oneOf = (...values: readonly string[]): Field => ({ type: 'string', oneOf: values });

/** What the API takes, by operation: `definitions` of src/firecracker/swagger/firecracker.yaml, 1.17.0-dev. */
export const BODIES = {
  logger: { level: text, log_path: text, show_level: flag, show_log_origin: flag, module: text },
  metrics: { metrics_path: needed(text) },
  serial: { serial_out_path: text, rate_limiter: { type: 'object' } },
  machineConfig: {
    vcpu_count: needed(number),
    mem_size_mib: needed(number),
    smt: flag,
    track_dirty_pages: flag,
    cpu_template: text,
    huge_pages: oneOf('None', 'Transparent', '2M'),
  },
  bootSource: { kernel_image_path: needed(text), initrd_path: text, boot_args: text },
  drive: {
    drive_id: needed(text),
    is_root_device: needed(flag),
    is_read_only: flag,
    path_on_host: text,
    partuuid: text,
    cache_type: oneOf('Unsafe', 'Writeback'),
    io_engine: oneOf('Sync', 'Async'),
    rate_limiter: { type: 'object' },
    socket: text,
  },
  networkInterface: {
    iface_id: needed(text),
    host_dev_name: needed(text),
    guest_mac: text,
    mtu: number,
    rx_rate_limiter: { type: 'object' },
    tx_rate_limiter: { type: 'object' },
  },
  entropy: { rate_limiter: { type: 'object' } },
  action: { action_type: needed(oneOf('FlushMetrics', 'InstanceStart', 'SendCtrlAltDel')) },
  vm: { state: needed(oneOf('Paused', 'Resumed')) },
  snapshotCreate: { snapshot_path: needed(text), mem_file_path: needed(text), snapshot_type: oneOf('Full', 'Diff') },
  snapshotLoad: {
    snapshot_path: needed(text),
    mem_file_path: text,
    mem_backend: { type: 'object' },
    enable_diff_snapshots: flag,
    track_dirty_pages: flag,
    resume_vm: flag,
    network_overrides: { type: 'array' },
    vsock_override: { type: 'object' },
    clock_realtime: flag,
  },
  memoryBackend: { backend_type: needed(oneOf('File', 'Uffd')), backend_path: needed(text) },
  networkOverride: { iface_id: needed(text), host_dev_name: needed(text) },
} as const satisfies Record<string, Fields>;

export type Body = Readonly<Record<string, unknown>>;

const deserializing = (reason: string) =>
  new Fault(`An error occurred when deserializing the json body of a request: ${reason}.`);

/** Returns a request's body, each field as the API wants it; throws the Fault that Firecracker would answer with. */
export function readBody(name: keyof typeof BODIES, body: unknown): Body {
  const fields: Fields = BODIES[name];
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw deserializing('invalid type, expected struct');
  const given = body as Body;
  for (const key of Object.keys(given))
    if (!(key in fields))
      throw deserializing(`unknown field \`${key}\`, expected one of ${listed(Object.keys(fields))}`);
  for (const [key, field] of Object.entries(fields)) checkField(key, field, given[key]);
  return given;
}

function checkField(key: string, field: Field, value: unknown): void {
  if (value === undefined) {
    if (field.required) throw deserializing(`missing field \`${key}\``);
    return;
  }
  if (!hasType(value, field.type)) throw deserializing(`invalid type: ${kindOf(value)}, expected ${field.type}`);
  if (field.oneOf && !field.oneOf.includes(value as string))
    throw deserializing(`unknown variant \`${value as string}\`, expected one of ${listed(field.oneOf)}`);
}

const hasType = (value: unknown, type: Field['type']): boolean => {
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value) && Number(value) >= 0;
  return typeof value === type;
};
const kindOf = (value: unknown): string => (value === null ? 'null' : typeof value);
const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

/** A field that is text, or undefined where it is not given. */
export const textIn = (body: Body, key: string): string | undefined => body[key] as string | undefined;
/** A field that is text and has to be there. */
export const neededText = (body: Body, key: string): string => body[key] as string;
