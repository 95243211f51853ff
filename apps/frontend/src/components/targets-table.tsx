import type { TargetView } from '@polydev/contract';
import { healthWord } from '../words/outcome';
import { Badge } from './badge';
import { Commit } from './commit';
import { Moment } from './moment';

interface Props {
  readonly targets: readonly TargetView[];
  readonly now: number;
}

/** What is live, target by target. */
export function TargetsTable({ targets, now }: Props) {
  return (
    <section aria-labelledby="targets">
      <h2 id="targets">Targets</h2>
      <table className="targets">
        <thead>
          <tr>
            <th scope="col">Target</th>
            <th scope="col">Health</th>
            <th scope="col">Release</th>
            <th scope="col">Commit</th>
            <th scope="col">Live since</th>
          </tr>
        </thead>
        <tbody>
          {targets.map((target) => (
            <TargetRow key={target.target} target={target} now={now} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function TargetRow({ target, now }: { readonly target: TargetView; readonly now: number }) {
  const { live, since, healthDetail } = target;
  return (
    <tr>
      <th scope="row">
        <Name target={target} />
      </th>
      <td data-label="Health">
        <Badge word={healthWord(target.health)} />
        {healthDetail !== undefined && <p className="detail">{healthDetail}</p>}
      </td>
      <td data-label="Release">
        {live === undefined ? <None /> : <code title={`digest ${live.digest}`}>{live.release}</code>}
      </td>
      <td data-label="Commit">{live === undefined ? <None /> : <Commit sha={live.sha} />}</td>
      <td data-label="Live since">{since === undefined ? <None /> : <Moment at={since} now={now} />}</td>
    </tr>
  );
}

function Name({ target }: { readonly target: TargetView }) {
  const { url } = target;
  return (
    <>
      {target.target}
      <span className="detail">
        {target.environment}
        {isWebAddress(url) && (
          <>
            {' · '}
            <a href={url}>{new URL(url).host}</a>
          </>
        )}
      </span>
    </>
  );
}

const None = () => <span className="aside">none</span>;

/** What a manifest says is not trusted with other schemes. */
const isWebAddress = (url: string | undefined): url is string =>
  url !== undefined && /^https?:\/\//.test(url) && URL.canParse(url);
