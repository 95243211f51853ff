export { withLease, type Lease, type LeaseRequest } from './with-lease';
