/** Why something has its health. Ratios come as 0..1, times in ms. */
export const health = {
  healthy: 'Healthy',
  degraded: 'Degraded',
  failing: 'Failing',
  idle: 'Idle',
  unknown: 'Unknown',
  reason: {
    errors_none: 'None of {requests, number, ::.##r} requests failed.',
    errors_some:
      '{errorRatio, number, ::percent .##} of {requests, number, ::.##r} requests failed, below the limit of {limit, number, ::percent .##}.',
    errors_above:
      '{errorRatio, number, ::percent .##} of {requests, number, ::.##r} requests failed; the limit is {limit, number, ::percent .##}.',
    errors_few: '{errors, number, ::.##r} of only {requests, number, ::.##r} requests failed: too few to tell.',
    no_traffic: 'No traffic in the window.',
    no_telemetry: 'Nothing is known: no metrics were found.',
    pods_none_ready: 'None of {desired} pods is ready.',
    pods_some_ready: '{ready} of {desired} pods are ready.',
    pods_scaled_to_zero: 'Scaled to zero.',
    worst_of: '{count} of {total} are {status}.',
  },
} as const;
