import { timingSafeEqual } from 'node:crypto';
import { createServer, type Server as NetServer } from 'node:net';
import { Server, type AuthContext, type Connection } from 'ssh2';
import { SANDBOX_USER } from '../layout';
import { forward } from './forwarding';
import type { Keys } from './keys';
import type { Say } from './log';
import { serveSession, type CommandSettings } from './session';

/** What the SSH server needs to let the right client in and to run its commands. */
export interface SshServerSettings extends CommandSettings {
  readonly keys: Keys;
  readonly say: Say;
}

function isRightKey(context: AuthContext, { client }: Keys): boolean {
  if (context.method !== 'publickey' || context.username !== SANDBOX_USER) return false;
  const [offered, right] = [context.key.data, client.getPublicSSH()];
  if (offered.length !== right.length || !timingSafeEqual(offered, right)) return false;
  // Without a signature the client only asks whether the key would do: RFC 4252, section 7.
  if (!context.signature || !context.blob) return true;
  // An Error comes back, not thrown, for a signature of the wrong form, whatever ssh2's types say.
  const verdict: unknown = client.verify(context.blob, context.signature, context.hashAlgo);
  return verdict === true;
}

function serveConnection(connection: Connection, settings: SshServerSettings): void {
  const { keys, say } = settings;
  connection.setMaxListeners(0); // each open session listens for the connection's end
  connection.on('authentication', (context) => {
    if (isRightKey(context, keys)) return context.accept();
    if (context.method !== 'none') say(`ssh: refused ${context.method} of user ${JSON.stringify(context.username)}`);
    context.reject(['publickey']);
  });
  connection.on('session', (accept) => serveSession(accept(), connection, settings));
  connection.on('tcpip', (accept, reject, target) => forward({ accept, reject, target, say }));
  connection.on('error', (error: Error) => say(`ssh: ${error.message}`));
}

/** An SSH server that is not listening yet; it lets in the holder of the client key and nobody else. */
export function createSshServer(settings: SshServerSettings): NetServer {
  const ssh = new Server({ hostKeys: [settings.keys.host], ident: 'polydev-sandbox', keepaliveInterval: 15_000 });
  ssh.on('connection', (connection: Connection) => serveConnection(connection, settings));
  // Without no-delay each small answer waits 40 ms for a delayed acknowledgement; ssh2 itself does not set it.
  return createServer({ noDelay: true }, (socket) => ssh.injectSocket(socket));
}
