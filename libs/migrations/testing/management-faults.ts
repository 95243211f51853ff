import type { Reply } from './management-service';

export type Call = 'list-migrations' | 'apply-migration' | 'query' | 'advisors';

/** How a call goes wrong. */
export type Fault = { readonly on: Call; readonly times?: number } & (
  | {
      /** Nothing is done, and this is the answer: a gateway's page where the body is text. */
      readonly kind: 'answer';
      readonly reply: Reply;
    }
  /** It is done, and then the connection is cut before the answer. */
  | { readonly kind: 'lose-answer' }
  /** The connection is cut before anything is done. */
  | { readonly kind: 'lose-request' }
  | {
      /** It is done, `done` is called, and the answer waits until `release` resolves (at the latest when the API closes). */
      readonly kind: 'hold-answer';
      readonly done: () => void;
      readonly release: Promise<void>;
    }
);

interface FaultQueue {
  readonly add: (fault: Fault) => void;
  /** Performs a call, with the fault that waits for it. */
  readonly around: (call: Call, perform: () => Promise<Reply>) => Promise<Reply | 'cut'>;
  readonly releaseAll: () => void;
}

export const faultQueue = (): FaultQueue => {
  const waiting: Fault[] = [];
  let releaseAll: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    releaseAll = resolve;
  });
  return {
    add: (fault) => waiting.push(...Array.from({ length: fault.times ?? 1 }, () => fault)),
    around: async (call, perform) => {
      const index = waiting.findIndex(({ on }) => on === call);
      const [fault] = index === -1 ? [] : waiting.splice(index, 1);
      switch (fault?.kind) {
        case undefined:
          return perform();
        case 'answer':
          return fault.reply;
        case 'lose-request':
          return 'cut';
        case 'lose-answer':
          await perform();
          return 'cut';
        case 'hold-answer': {
          const reply = await perform();
          fault.done();
          await Promise.race([fault.release, closed]);
          return reply;
        }
      }
    },
    releaseAll,
  };
};
