import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withMonitor, type Qmp } from './qmp-client';

const GREETING = '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}}, "capabilities": ["oob"]}}\r\n';

/** What a monitor says to each command that it reads; a function may write pieces, or end the connection. */
type Script = Record<string, (socket: Socket, id: number) => void>;

describe('a conversation with QEMU’s monitor', () => {
  let folder: string;
  let server: Server | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'qmp-'));
  });
  afterEach(() => {
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const answer =
    (text: string) =>
    (socket: Socket, id: number): void => {
      socket.write(text.replaceAll('ID', String(id)));
    };
  const talk = async <T>(script: Script, use: (qmp: Qmp) => Promise<T>, answerMs = 5_000): Promise<T> => {
    const all: Script = { qmp_capabilities: answer('{"return": {}, "id": ID}\r\n'), ...script };
    server = createServer((socket) => {
      socket.write(GREETING);
      socket.on('error', () => undefined).setEncoding('utf8');
      socket.on('data', (lines: string) => {
        for (const line of lines.trim().split('\n')) {
          const { execute, id } = JSON.parse(line) as { execute: string; id: number };
          all[execute]?.(socket, id);
        }
      });
    }).listen(join(folder, 'qmp'));
    await once(server, 'listening');
    const socket = connect(join(folder, 'qmp'));
    await once(socket, 'connect');
    return withMonitor(socket, use, answerMs);
  };

  it('finds the answer among events, in pieces torn anywhere', async () => {
    const event = '{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "STOP"}\r\n';
    const text = (id: number) => `${event}{"return": {"status": "paused", "running": false}, "id": ${id}}\r\n${event}`;
    const pieces = (socket: Socket, id: number): void => {
      void (async () => {
        for (const piece of text(id).match(/.{1,7}/gs) ?? []) {
          socket.write(piece);
          await new Promise(setImmediate);
        }
      })();
    };
    const script = { 'query-status': pieces };
    expect(await talk(script, (qmp) => qmp.execute('query-status'))).toEqual({ status: 'paused', running: false });
  });

  it('passes on why QEMU refuses a command, and goes on', async () => {
    const script = {
      migrate: answer('{"error": {"class": "GenericError", "desc": "There is a migration already"}, "id": ID}\n'),
      stop: answer('{"return": {}, "id": ID}\n'),
    };
    await talk(script, async (qmp) => {
      await expect(qmp.execute('migrate')).rejects.toThrow('migrate: There is a migration already');
      expect(await qmp.execute('stop')).toEqual({});
    });
  });

  it('ends when QEMU dies, for every command that waits and those to come', async () => {
    await talk({ stop: (socket) => socket.destroy() }, async (qmp) => {
      await expect(Promise.all([qmp.execute('stop'), qmp.execute('cont')])).rejects.toThrow(
        'QEMU has closed its monitor',
      );
      await expect(qmp.execute('cont')).rejects.toThrow('cont: QEMU');
    });
  });

  it('does not wait for ever for a QEMU that is stuck', async () => {
    const stuck = talk({ stop: () => undefined }, (qmp) => qmp.execute('stop'), 100);
    await expect(stuck).rejects.toThrow('stop: no answer from QEMU within 100 ms');
  });

  it('ends at what is no message', async () => {
    const odd = talk({ stop: answer('QEMU 7.2.22 monitor - type help\n') }, (qmp) => qmp.execute('stop'));
    await expect(odd).rejects.toThrow("stop: QEMU's monitor says what is no message");
  });
});
