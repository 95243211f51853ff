import type { DeploymentRecord, HostRecord, TargetRecord } from '@polydev/contract';
import { targetWord, type Word } from '../words/outcome';
import { durationWords } from '../words/time';
import { Shape } from './shape';

/** What became of each target of a deployment, and, when opened, what was done on each host. */
export function TargetResults({ deployment }: { readonly deployment: DeploymentRecord }) {
  const begun = new Set(deployment.targets.map(({ target }) => target));
  const waiting = deployment.outcome === 'running' ? deployment.planned.filter((target) => !begun.has(target)) : [];
  const hosts = deployment.targets.flatMap(({ target, hosts }) => hosts.map((host) => ({ target, host })));
  const withSteps = hosts.filter(({ host }) => host.steps.length > 0);
  return (
    <>
      <ul className="results">
        {deployment.targets.map((target) => (
          <Result
            key={target.target}
            name={target.target}
            word={targetWord(target.outcome)}
            hosts={hostsNote(target)}
          />
        ))}
        {waiting.map((target) => (
          <Result key={target} name={target} word={{ word: 'waiting', tone: 'quiet' }} />
        ))}
      </ul>
      {withSteps.length > 0 && (
        <details>
          <summary>Steps</summary>
          <p className="detail">{deployment.id}</p>
          <div className="hosts">
            {withSteps.map(({ target, host }) => (
              <HostSteps key={`${target} ${host.host}`} title={`${target} on ${host.host}`} host={host} />
            ))}
          </div>
        </details>
      )}
    </>
  );
}

interface ResultProps {
  readonly name: string;
  readonly word: Word;
  readonly hosts?: string | undefined;
}

function Result({ name, word, hosts }: ResultProps) {
  return (
    <li data-tone={word.tone}>
      <Shape tone={word.tone} />
      <span>
        {name} <em>{word.word}</em>
        {hosts !== undefined && <span className="aside"> {hosts}</span>}
      </span>
    </li>
  );
}

/** Said only where a target has several hosts: on how many of them it went so. */
function hostsNote({ hosts, outcome }: TargetRecord): string | undefined {
  if (hosts.length < 2) return undefined;
  const same = hosts.filter((host) => host.outcome === outcome).length;
  return same === hosts.length ? `on ${same} hosts` : `on ${same} of ${hosts.length} hosts`;
}

function HostSteps({ title, host }: { readonly title: string; readonly host: HostRecord }) {
  return (
    <div className="steps">
      <h3>{title}</h3>
      <ol>
        {host.steps.map(({ step, durationMs }, index) => (
          <li key={index}>
            <span>{step}</span>
            <span className="number">{durationWords(durationMs)}</span>
          </li>
        ))}
      </ol>
      {[...transferNotes(host), ...host.notes].map((note) => (
        <p key={note} className="detail">
          {note}
        </p>
      ))}
    </div>
  );
}

function transferNotes({ transfer }: HostRecord): readonly string[] {
  if (transfer === undefined) return [];
  const { bytes, sentFiles, reusedFiles } = transfer;
  const kilobytes = Math.ceil(bytes / 1_000).toLocaleString('en');
  return [`${sentFiles.toLocaleString('en')} files sent (${kilobytes} kB), ${reusedFiles.toLocaleString('en')} reused`];
}
