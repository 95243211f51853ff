export { planNetwork, placeOf, type BridgePlace, type BridgeSettings, type NetworkPlan } from './plan';
export { showNetwork, type NetworkView, type TapView } from './links';
export { missingOf, networkDown, networkUp, type NetworkUp } from './set-up';
export { allowOutbound, endOutbound } from './outbound';
export { runHere, type Run } from './run';
