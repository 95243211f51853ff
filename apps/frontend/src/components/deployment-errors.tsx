import type { DeploymentRecord, ErrorFacts } from '@polydev/contract';
import { targetWord, type Tone } from '../words/outcome';

/** What went wrong, on which host and in which step, and what to do; nothing where nothing went wrong. */
export function DeploymentErrors({ deployment }: { readonly deployment: DeploymentRecord }) {
  const failures = deployment.targets.flatMap(({ target, hosts }) =>
    hosts.flatMap(({ host, failedStep, error, outcome }) =>
      error === undefined
        ? []
        : [{ where: whereWords(target, host, failedStep), error, tone: targetWord(outcome).tone }],
    ),
  );
  if (failures.length === 0) return undefined;
  return (
    <tr className="errors">
      <td colSpan={5}>
        {failures.map((failure) => (
          <Failure key={failure.where} {...failure} />
        ))}
      </td>
    </tr>
  );
}

const whereWords = (target: string, host: string, step: string | undefined): string =>
  step === undefined ? `${target} on ${host}` : `${target} on ${host}, step “${step}”`;

interface FailureProps {
  readonly where: string;
  readonly error: ErrorFacts;
  readonly tone: Tone;
}

function Failure({ where, error, tone }: FailureProps) {
  return (
    <div className="failure" data-tone={tone}>
      <h3>
        {where} <code>{error.code}</code>
      </h3>
      <p className="message">{error.message}</p>
      <p>
        <strong>What to do:</strong> {error.hint}
      </p>
    </div>
  );
}
