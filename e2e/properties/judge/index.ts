/** What the pure code says, what the wires did, and where they differ. */
export { compareWires, compareWithPrediction } from './compare-answers';
export type { Difference } from './compare-answers';
export { describeAnswer } from './describe-answer';
export type { Answer } from './describe-answer';
export { foretellRequest } from './foretell-request';
export type { Prediction } from './prediction';
