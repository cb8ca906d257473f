import type { Duration, FractionalPercent, Metadata, Provenance, RuntimeFractionalPercent } from '@/lib/xds';
import { provenanceKey } from '@/lib/xds';
import type { Random } from './routing-request';

/** Milliseconds of a duration, or the given default when it is unset. */
export function durationMs<Default extends number | null>(duration: Duration | undefined, unset: Default): number | Default {
  return duration === undefined ? unset : duration.seconds * 1000 + (duration.nanos ?? 0) / 1e6;
}

/** A fraction as integers, so that a draw compares exactly as Envoy's does. */
export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

const denominators = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 } as const;

/** Undefined stands for "always". */
export function compileFraction(percent: FractionalPercent | undefined): Fraction {
  if (percent === undefined) return always;
  return { numerator: percent.numerator ?? 0, denominator: denominators[percent.denominator ?? 'HUNDRED'] };
}

export function compileRuntimeFraction(percent: RuntimeFractionalPercent | undefined): Fraction {
  return compileFraction(percent?.default_value);
}

export const always: Fraction = { numerator: 100, denominator: 100 };
export const never: Fraction = { numerator: 0, denominator: 100 };

/** Draws; does not touch the source of randomness when the outcome is certain. */
export function drawFraction(fraction: Fraction, random: Random): boolean {
  if (fraction.numerator >= fraction.denominator) return true;
  if (fraction.numerator <= 0) return false;
  return Math.floor(random() * fraction.denominator) < fraction.numerator;
}

/** 0 to 100. */
export function fractionPercent(fraction: Fraction): number {
  return Math.min(100, (fraction.numerator * 100) / fraction.denominator);
}

/** Which object, and which field in it, a piece of configuration was made from. */
export function readProvenance(metadata: Metadata | undefined): Provenance | null {
  const entry = metadata?.filter_metadata?.[provenanceKey];
  if (entry === undefined || typeof entry['object'] !== 'string') return null;
  return {
    object: entry['object'],
    ...(typeof entry['path'] === 'string' ? { path: entry['path'] } : {}),
    ...(typeof entry['match'] === 'string' ? { match: entry['match'] } : {}),
    ...(typeof entry['resourceVersion'] === 'string' ? { resourceVersion: entry['resourceVersion'] } : {}),
  };
}
