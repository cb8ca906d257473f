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
    codes_none: 'None of {requests, number, ::.##r} requests was answered with {codes}.',
    codes_some:
      '{errorRatio, number, ::percent .##} of {requests, number, ::.##r} requests were answered with {codes}, below the limit of {limit, number, ::percent .##} set by annotation.',
    codes_above:
      '{errorRatio, number, ::percent .##} of {requests, number, ::.##r} requests were answered with {codes}; the limit set by annotation is {limit, number, ::percent .##}.',
    codes_few: '{errors, number, ::.##r} of only {requests, number, ::.##r} requests were answered with {codes}: too few to tell.',
    latency_within: 'The {percentile} of {latencyMs, number, ::.#} ms is within the goal of {limitMs, number, ::.#} ms.',
    latency_above: 'The {percentile} of {latencyMs, number, ::.#} ms is above the goal of {limitMs, number, ::.#} ms.',
    recovering: 'It looks {status} now; it is called so when that has lasted another {seconds} s.',
    no_traffic: 'No traffic in the window.',
    no_telemetry: 'Nothing is known: no metrics were found.',
    pods_none_ready: 'None of {desired} pods is ready.',
    pods_some_ready: '{ready} of {desired} pods are ready.',
    pods_scaled_to_zero: 'Scaled to zero.',
    worst_of: '{count} of {total} are {status}.',
  },
} as const;
