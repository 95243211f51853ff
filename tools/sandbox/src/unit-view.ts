/** One service of the sandbox, for people and for programs. */
export interface UnitView {
  readonly name: string;
  /** systemd's ActiveState: active, inactive, activating, deactivating or failed. */
  readonly state: string;
  readonly enabled: boolean;
  readonly pid?: number;
  readonly since: string;
  /** Starts after a failure since somebody last started it. */
  readonly restarts: number;
  /** Port it is told to listen on, where its definition has one. */
  readonly port?: number;
  /** Where it runs: the release behind its path. */
  readonly directory?: string;
  readonly log: string;
}
