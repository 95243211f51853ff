/** Tries until it does not throw (every 20 ms, for at most 20 s) and returns its value; then throws its last error. */
export const eventually = async <Value>(attempt: () => Promise<Value> | Value): Promise<Value> => {
  const until = performance.now() + 20_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
};
