//! How long commands take: a histogram for each command, and the spikes that the latency monitor records.

use std::collections::{BTreeMap, VecDeque};

/// Number of ranges into which each power of two is divided, so that a value is known to within a hundredth.
const RANGES: usize = 128;
/// Longest duration that is distinguished, in nanoseconds.
const MAX_NS: u64 = 1_000_000_000;
/// Maximum number of spikes that are kept for each event.
const MAX_SPIKES: usize = 160;

/// A histogram of durations. Its counts are divided as those of Redis.
#[derive(Debug, Clone, Default)]
pub(crate) struct Histogram {
    counts: Vec<u32>,
    total: u64,
}

/// Returns the index of the range that contains a duration in nanoseconds.
fn range_of(ns: u64) -> usize {
    let shift = (ns | 1).ilog2().saturating_sub(7);
    shift as usize * RANGES + (ns >> shift) as usize
}

/// Returns the longest duration of a range, in nanoseconds.
fn longest(range: usize) -> u64 {
    let shift = (range / RANGES).saturating_sub(1);
    let start = ((range - shift * RANGES) as u64) << shift;
    start + (1 << shift) - 1
}

impl Histogram {
    /// Counts a call that took the given number of microseconds.
    pub fn add(&mut self, duration_us: u64) {
        let range = range_of(duration_us.saturating_mul(1000).min(MAX_NS));
        if range >= self.counts.len() {
            self.counts.resize(range + 1, 0);
        }
        self.counts[range] = self.counts[range].saturating_add(1);
        self.total += 1;
    }

    /// Returns the number of calls.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Returns the duration in microseconds within which the given percentage of the calls ended.
    pub fn percentile_us(&self, percentage: f64) -> f64 {
        let wanted = ((percentage / 100.0 * self.total as f64) + 0.5).max(1.0) as u64;
        let mut counted = 0;
        let found = self.counts.iter().position(|&count| {
            counted += u64::from(count);
            counted >= wanted
        });
        found.map_or(0.0, |range| longest(range) as f64 / 1000.0)
    }

    /// Returns durations in microseconds that double each time, with the number of calls that took no longer. Durations
    /// within which no further call ended are omitted.
    pub fn cumulative(&self) -> Vec<(u64, u64)> {
        let mut rows = Vec::new();
        let (mut counted, mut range, mut power) = (0, 0, 10);
        while counted < self.total {
            let limit = range_of(1 << power);
            let before = counted;
            while range <= limit && range < self.counts.len() {
                counted += u64::from(self.counts[range]);
                range += 1;
            }
            if counted > before {
                rows.push((longest(limit) / 1000, counted));
            }
            power += 1;
        }
        rows
    }
}

/// The spikes of an event, such as `command`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Spikes {
    /// Pairs of a time in seconds since 1970, and of the longest latency in that second, in milliseconds.
    pub samples: VecDeque<(i64, u64)>,
    /// The longest latency of all time in milliseconds.
    pub max_ms: u64,
}

/// The latency monitor.
#[derive(Debug, Clone, Default)]
pub(crate) struct LatencyMonitor {
    events: BTreeMap<&'static str, Spikes>,
}

impl LatencyMonitor {
    /// Records a spike.
    pub fn add(&mut self, event: &'static str, now_seconds: i64, latency_ms: u64) {
        let spikes = self.events.entry(event).or_default();
        spikes.max_ms = spikes.max_ms.max(latency_ms);
        match spikes.samples.back_mut() {
            Some((seconds, ms)) if *seconds == now_seconds => *ms = (*ms).max(latency_ms),
            _ => spikes.samples.push_back((now_seconds, latency_ms)),
        }
        if spikes.samples.len() > MAX_SPIKES {
            spikes.samples.pop_front();
        }
    }

    /// Iterates over the events that have spikes, by name.
    pub fn events(&self) -> impl ExactSizeIterator<Item = (&'static str, &Spikes)> {
        self.events.iter().map(|(&name, spikes)| (name, spikes))
    }

    /// Returns the spikes of an event.
    pub fn spikes(&self, event: &[u8]) -> Option<&Spikes> {
        self.events.get(std::str::from_utf8(event).ok()?)
    }

    /// Removes the spikes of an event. Returns whether there were any.
    pub fn remove(&mut self, event: &[u8]) -> bool {
        std::str::from_utf8(event).is_ok_and(|event| self.events.remove(event).is_some())
    }

    /// Removes all spikes, and returns the number of events.
    pub fn clear(&mut self) -> usize {
        let count = self.events.len();
        self.events.clear();
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_duration_is_in_its_range() {
        for ns in (0..70_000).chain([1 << 20, (1 << 20) + 1, MAX_NS]) {
            let range = range_of(ns);
            assert!(longest(range) >= ns && (range == 0 || longest(range - 1) < ns), "{ns}");
        }
    }

    #[test]
    fn percentiles_and_limits_are_those_of_redis() {
        let mut histogram = Histogram::default();
        [5, 2, 2, 133].into_iter().for_each(|us| histogram.add(us));
        assert_eq!(histogram.percentile_us(50.0), 2.007);
        assert_eq!(histogram.percentile_us(99.9), 133.119);
        assert_eq!(histogram.cumulative(), [(2, 2), (8, 3), (264, 4)]);
    }
}
