import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxUnitInvalid } from '@polydev/errors';
import type { Layout } from '../layout';
import type { Say } from './log';
import { Unit } from './unit';
import { readUnits, writeUnit } from './unit-files';

/** What the supervisor needs besides the sandbox's folders. */
export interface SupervisorSettings {
  readonly layout: Layout;
  readonly environment: Readonly<Record<string, string>>;
  readonly say: Say;
}

/** Holds the sandbox's services: what systemd is on a server. */
export class Supervisor {
  readonly #units = new Map<string, Unit>();

  constructor(private readonly settings: SupervisorSettings) {}

  /** All units, sorted by name. */
  get units(): readonly Unit[] {
    return [...this.#units.values()].sort((a, b) => a.definition.name.localeCompare(b.definition.name));
  }

  find(name: string): Unit | undefined {
    return this.#units.get(name);
  }

  /** The log of a unit; it may not exist yet. */
  logOf(name: string): string {
    return join(this.settings.layout.logs, `${name}.log`);
  }

  /** Reads the unit files again. Running units keep running; their new definition holds from their next start. */
  reload(): void {
    const found = new Set<string>();
    for (const parsed of readUnits(this.settings.layout.units)) {
      if (parsed.kind === 'problems') {
        this.settings.say(sandboxUnitInvalid(parsed).message);
        continue;
      }
      const { unit } = parsed;
      found.add(unit.name);
      const known = this.#units.get(unit.name);
      if (known) known.definition = unit;
      else this.#units.set(unit.name, new Unit(unit, { ...this.settings, logFile: this.logOf(unit.name) }));
    }
    for (const [name, unit] of this.#units)
      if (!found.has(name) && (unit.state.kind === 'inactive' || unit.state.kind === 'failed'))
        this.#units.delete(name);
  }

  /** Starts the enabled units that something is deployed for. */
  async startEnabled(): Promise<void> {
    const due = this.units.filter(({ definition }) => definition.enabled && existsSync(definition.workingDirectory));
    // A unit that cannot start has said why in its log; the sandbox starts all the same.
    await Promise.allSettled(due.map((unit) => unit.start()));
  }

  /** Stops all units; that of the given name after the others, which may use it. */
  async stopAll(last: string): Promise<void> {
    const others = this.units.filter(({ definition }) => definition.name !== last);
    await Promise.all(others.map((unit) => unit.stop()));
    await this.find(last)?.stop();
  }

  /** Remembers whether a unit starts together with the sandbox. */
  enable(unit: Unit, enabled: boolean): void {
    unit.definition = { ...unit.definition, enabled };
    writeUnit(unit.definition.file, unit.definition);
  }
}
