import type { Complaint } from '../problem';
import type { WrittenEnvironment } from './environment';

/** What does not fit together of who may deploy to an environment. */
export const accessComplaints = ({ name, layer }: WrittenEnvironment): readonly Complaint[] => {
  const at = (key: string): readonly string[] => ['environments', name, key];
  const needsSigners = 'needs `allowed_signers`: the file that says whose key is whose';
  const isApproved = layer.approval === 'required';
  const without = layer.allowed_signers === undefined;
  return [
    ...(isApproved && without ? [{ path: at('approval'), message: needsSigners }] : []),
    ...(layer.roles !== undefined && without ? [{ path: at('roles'), message: needsSigners }] : []),
    ...(layer.approval_valid_for !== undefined && !isApproved
      ? [
          {
            path: at('approval_valid_for'),
            message: 'says how long approvals hold, and there is no `approval: required`',
          },
        ]
      : []),
  ];
};
