export { layerProblems } from './layers';
