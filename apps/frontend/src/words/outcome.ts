import type { DeploymentOutcome, HostOutcome, TargetView } from '@polydev/contract';

/** What a colour and a shape say; the word always stands beside them. */
export type Tone = 'good' | 'bad' | 'undone' | 'busy' | 'quiet';

export interface Word {
  readonly word: string;
  readonly tone: Tone;
}

export function deploymentWord(outcome: DeploymentOutcome): Word {
  switch (outcome) {
    case 'succeeded':
      return { word: 'Succeeded', tone: 'good' };
    case 'rolled-back':
      return { word: 'Rolled back', tone: 'undone' };
    case 'stuck':
      return { word: 'Stuck', tone: 'bad' };
    case 'running':
      return { word: 'Running', tone: 'busy' };
  }
}

export function targetWord(outcome: HostOutcome): Word {
  switch (outcome) {
    case 'moved':
      return { word: 'went live', tone: 'good' };
    case 'unchanged':
      return { word: 'unchanged', tone: 'quiet' };
    case 'taken-back':
      return { word: 'taken back', tone: 'undone' };
    case 'stuck':
      return { word: 'stuck', tone: 'bad' };
    case 'not-reached':
      return { word: 'not reached', tone: 'quiet' };
    case 'running':
      return { word: 'running', tone: 'busy' };
  }
}

export function healthWord(health: TargetView['health']): Word {
  switch (health) {
    case 'healthy':
      return { word: 'Healthy', tone: 'good' };
    case 'unhealthy':
      return { word: 'Unhealthy', tone: 'bad' };
    case 'not-checked':
      return { word: 'Not checked', tone: 'quiet' };
  }
}
