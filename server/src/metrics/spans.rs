//! The histograms, by what they measure.

use prometheus_client::metrics::histogram::Histogram;

/// The upper bounds of spans within the engine and of syncs, in seconds.
const SHORT: [f64; 14] = [
    0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];
/// The upper bounds of calls, in seconds. A watch is a call, too, and takes as long as it is open.
const CALL: [f64; 13] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];
/// The upper bounds of waits that customers are told, in seconds.
const WAIT: [f64; 12] = [
    0.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 14_400.0, 86_400.0, 604_800.0,
];
/// The upper bounds of how many there are in a group.
const COUNTS: [f64; 11] = [
    1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0,
];

/// Of spans within the engine.
pub(super) fn short() -> Histogram {
    Histogram::new(SHORT)
}

/// Of calls.
pub(super) fn call() -> Histogram {
    Histogram::new(CALL)
}

/// Of waits that are told.
pub(super) fn wait() -> Histogram {
    Histogram::new(WAIT)
}

/// Of the sizes of groups.
pub(super) fn counts() -> Histogram {
    Histogram::new(COUNTS)
}
