/** `target` comes after `before`. */
export interface Edge {
  readonly target: string;
  readonly before: string;
  /** Key of the hook that it was found in; undefined where it was declared. */
  readonly foundIn?: string;
}

/** Per target, what comes before it. */
export type Order = ReadonlyMap<string, readonly string[]>;

/** What an order can be found in: a target's commands, and the paths that others may know it by. */
export interface OrderSubject {
  readonly name: string;
  readonly commands: readonly { readonly key: string; readonly text: string }[];
  readonly paths: readonly string[];
}

const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Whether a command names a path or something inside it: the path as whole parts, not as the end or beginning of another. */
export const mentions = (command: string, path: string): boolean =>
  path !== '' && new RegExp(`(?<![\\w./-])${literally(path)}(?![\\w.-])`).test(command);

/** Each use of one target's path in another target's commands. */
export const edgesInCommands = (subjects: readonly OrderSubject[]): readonly Edge[] =>
  subjects.flatMap(({ name, commands }) =>
    subjects
      .filter((other) => other.name !== name)
      .flatMap((other) => {
        const use = commands.find(({ text }) => other.paths.some((path) => mentions(text, path)));
        return use === undefined ? [] : [{ target: name, before: other.name, foundIn: use.key }];
      }),
  );

/** The way from one target to another along what comes before; both ends included, undefined where there is none. */
export const pathBetween = (
  order: Order,
  ends: readonly [from: string, to: string],
  seen: readonly string[] = [],
): readonly string[] | undefined => {
  const [from, to] = ends;
  const way = [...seen, from];
  if (from === to) return way;
  return (order.get(from) ?? [])
    .filter((next) => !way.includes(next))
    .map((next) => pathBetween(order, [next, to], way))
    .find((found) => found !== undefined);
};

/** Takes the edges one by one; one that would close a circle is refused, so that the first ones win. */
export const orderFrom = (edges: readonly Edge[]): { readonly order: Order; readonly refused: readonly Edge[] } => {
  const order = new Map<string, readonly string[]>();
  const refused = edges.filter((edge) => {
    const before = order.get(edge.target) ?? [];
    if (before.includes(edge.before)) return false;
    if (pathBetween(order, [edge.before, edge.target]) !== undefined) return true;
    order.set(edge.target, [...before, edge.before]);
    return false;
  });
  return { order, refused };
};
