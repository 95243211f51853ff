import type { Complaint } from '../problem';
import type { Candidates } from './candidate';

/** What does not fit together of golden images: within a target, and between those of one environment. */
export const goldenImageComplaints = ({ targets }: Candidates): readonly Complaint[] => {
  const [first, ...others] = targets.filter(({ config }) => config.goldenImage !== undefined);
  return [
    ...others.map(({ where }) => ({
      path: where('golden_image'),
      message: `makes a second golden image beside that of ${first?.config.name ?? ''}; there is one for each environment`,
    })),
    ...targets.flatMap(({ config, where }) =>
      config.goldenImage?.driver === 'process' && config.goldenImage.network.mode === 'bridge'
        ? [
            {
              path: where('golden_image'),
              message: 'has a bridge for its VMs and `driver: process`, which starts no VM; leave one of them out',
            },
          ]
        : [],
    ),
  ];
};
