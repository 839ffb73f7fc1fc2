//! The configuration: the parameters of CONFIG GET and CONFIG SET.
//!
//! One table lists all parameters of Redis 8.2. Those that take effect are the thresholds of encodings,
//! `proto-max-bulk-len`, `notify-keyspace-events`, `hz`, `requirepass`, `enable-debug-command`, `maxmemory` with its
//! policy and samples, the slow log's limits, the limits of client buffers, and those of connections: `maxclients`,
//! `max-new-connections-per-cycle`, `tcp-backlog`, `tcp-keepalive` and `timeout`. The others are only stored, for
//! clients and tutorials that read or set them.

mod output_limits;
mod parameters;
mod parse;

pub use output_limits::{OutputLimit, OutputLimits};

use parameters::{INT, Kind, MAX, PARAMETERS};
use parse::{decimal, memory};

use super::error;
use super::limits::Limits;
use super::notify::Classes;

/// The values of all parameters.
#[derive(Debug, Clone)]
pub struct Config {
    /// The values, in the order of the parameter table, which is also the order of CONFIG GET.
    values: Vec<Vec<u8>>,
    /// The parsed value of `notify-keyspace-events`.
    pub(crate) events: Classes,
    /// The parsed value of `client-output-buffer-limit`.
    pub output_limits: OutputLimits,
    /// The value of `maxmemory` in bytes. 0 means no limit.
    pub(crate) max_memory: u64,
    /// The value of `slowlog-log-slower-than` in microseconds, or `u64::MAX` if nothing is logged.
    slow_call_us: u64,
    /// The value of `latency-tracking`: whether the duration of each call is counted.
    pub(crate) tracks_latency: bool,
    /// The value of `latency-monitor-threshold` in milliseconds, or 0 if no spikes are recorded.
    pub(crate) spike_ms: u64,
    /// The value of `timeout`: the number of seconds after which the driver disconnects an idle client, or 0 for never.
    pub idle_timeout_seconds: i64,
    /// Whether writes require replicas (`min-replicas-to-write` and `min-replicas-max-lag`).
    pub(crate) requires_replicas: bool,
}

impl Default for Config {
    fn default() -> Self {
        let values = PARAMETERS.iter().map(|parameter| parameter.default.into()).collect();
        Config {
            values,
            events: Classes::default(),
            output_limits: OutputLimits::default(),
            max_memory: 0,
            slow_call_us: 10_000,
            tracks_latency: true,
            spike_ms: 0,
            idle_timeout_seconds: 0,
            requires_replicas: false,
        }
    }
}

impl Config {
    /// Iterates over the names of all parameters, including former names. Each item consists of the name, the value,
    /// and whether CONFIG GET finds the parameter only by its full name.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'static str, &[u8], bool)> {
        PARAMETERS.iter().zip(&self.values).flat_map(|(parameter, value)| {
            let names = [Some(parameter.name), parameter.old_name].into_iter().flatten();
            names.map(move |name| (name, &**value, parameter.is_hidden))
        })
    }

    /// Returns the value of a parameter as CONFIG GET shows it, or an empty string if there is no such parameter.
    pub fn get(&self, name: &str) -> &[u8] {
        position(name.as_bytes()).map_or(b"", |at| &self.values[at])
    }

    /// Returns whether `maxmemory-policy` is LFU, so that OBJECT FREQ works and OBJECT IDLETIME does not.
    pub(crate) fn tracks_frequency(&self) -> bool {
        self.get("maxmemory-policy").ends_with(b"lfu")
    }

    /// Sets parameters as CONFIG SET does. If one of them is invalid, none is changed.
    ///
    /// # Errors
    /// Returns the error message of CONFIG SET, without the code `ERR`.
    pub(crate) fn set(&mut self, pairs: &[(&[u8], &[u8])]) -> Result<(), Vec<u8>> {
        let unknown = pairs.iter().find(|(name, _)| position(name).is_none());
        if let Some((name, _)) = unknown {
            return Err(
                [b"Unknown option or number of arguments for CONFIG SET - '", error::until_nul(name), b"'"].concat()
            );
        }
        let failed = |name: &[u8], why: &str| {
            let before = b"CONFIG SET failed (possibly related to argument '".as_slice();
            [before, name, b"') - ", why.as_bytes()].concat()
        };
        let mut new = Vec::new();
        for (name, _) in pairs {
            let Some(at) = position(name) else { continue };
            let parameter = &PARAMETERS[at];
            match parameter.kind {
                Kind::Immutable => return Err(failed(name, "can't set immutable config")),
                Kind::Protected => return Err(failed(name, "can't set protected config")),
                _ => {}
            }
            // A parameter's former name may be given in addition to its name. The last value counts.
            if new.iter().any(|&(_, other): &(usize, &[u8])| other.eq_ignore_ascii_case(name)) {
                return Err(failed(name, "duplicate parameter"));
            }
            new.push((at, *name));
        }
        let mut values = self.values.clone();
        let mut output_limits = self.output_limits;
        for ((at, name), (_, value)) in new.into_iter().zip(pairs) {
            if PARAMETERS[at].kind == Kind::OutputLimits {
                output_limits = output_limits.with_changes(value).map_err(|why| failed(name, &why))?;
                values[at] = output_limits.to_string().into();
            } else {
                values[at] = PARAMETERS[at].kind.normalize(value).map_err(|why| failed(name, &why))?;
            }
        }
        (self.values, self.output_limits) = (values, output_limits);
        self.cache_numbers();
        // The events are parsed from the argument, because the string that CONFIG GET returns omits some classes.
        let events = pairs.iter().find(|(name, _)| name.eq_ignore_ascii_case(b"notify-keyspace-events"));
        self.events = events.and_then(|(_, letters)| Classes::parse(letters)).unwrap_or(self.events);
        Ok(())
    }

    /// Sets a parameter without any check, for values that the driver determines, such as `port`. Has no effect on an
    /// unknown parameter. Updates the cached numbers, but not the other state that CONFIG SET derives from parameters,
    /// such as the enabled keyspace events.
    pub fn set_unchecked(&mut self, name: &str, value: &[u8]) {
        if let Some(at) = position(name.as_bytes()) {
            self.values[at] = value.to_vec();
            self.cache_numbers();
        }
    }

    /// Updates the fields that cache frequently read numbers.
    fn cache_numbers(&mut self) {
        self.max_memory = self.integer("maxmemory").unsigned_abs();
        self.requires_replicas = self.integer("min-replicas-to-write") > 0 && self.integer("min-replicas-max-lag") > 0;
        self.idle_timeout_seconds = self.integer("timeout");
        self.tracks_latency = self.get("latency-tracking") == b"yes";
        self.spike_ms = self.integer("latency-monitor-threshold").unsigned_abs();
        let threshold_us = u64::try_from(self.integer("slowlog-log-slower-than")).ok();
        self.slow_call_us = threshold_us.filter(|_| self.slow_log_max_len() > 0).unwrap_or(u64::MAX);
    }

    /// Returns whether the slow log records a call that took the given number of microseconds.
    pub(crate) fn logs_call_of(&self, duration_us: u64) -> bool {
        duration_us >= self.slow_call_us
    }

    /// Returns the value of `slowlog-max-len`: the maximum number of calls in the slow log.
    pub(crate) fn slow_log_max_len(&self) -> usize {
        usize::try_from(self.integer("slowlog-max-len")).unwrap_or(0)
    }

    /// Returns the encoding thresholds and size limits that commands use.
    pub(crate) fn limits(&self) -> Limits {
        let size = |name: &str| self.integer(name).try_into().unwrap_or(usize::MAX);
        Limits {
            hash_max_listpack_entries: size("hash-max-listpack-entries"),
            hash_max_listpack_value: size("hash-max-listpack-value"),
            list_max_listpack_size: self.integer("list-max-listpack-size"),
            set_max_intset_entries: size("set-max-intset-entries"),
            set_max_listpack_entries: size("set-max-listpack-entries"),
            set_max_listpack_value: size("set-max-listpack-value"),
            zset_max_listpack_entries: size("zset-max-listpack-entries"),
            zset_max_listpack_value: size("zset-max-listpack-value"),
            hll_sparse_max_bytes: size("hll-sparse-max-bytes"),
            stream_node_max_bytes: size("stream-node-max-bytes"),
            stream_node_max_entries: size("stream-node-max-entries"),
            proto_max_bulk_len: size("proto-max-bulk-len"),
        }
    }

    /// Returns the value of a numeric parameter, or 0 if the value is not a number.
    pub fn integer(&self, name: &str) -> i64 {
        decimal(self.get(name)).unwrap_or(0)
    }
}

/// Returns the index of a parameter in the table, given its name or its former name, or `None` if there is no such
/// parameter.
fn position(name: &[u8]) -> Option<usize> {
    let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
    PARAMETERS.iter().position(|parameter| is(parameter.name) || parameter.old_name.is_some_and(is))
}

/// The maximum value of a 32-bit unsigned integer.
const UNSIGNED: i64 = u32::MAX as i64;

impl Kind {
    /// Parses a value, and returns it in the form that CONFIG GET shows. Returns Redis's error message if the value is
    /// invalid.
    fn normalize(self, value: &[u8]) -> Result<Vec<u8>, String> {
        match self {
            Kind::YesNo => one_of(&["yes", "no"], value).ok_or_else(|| "argument must be 'yes' or 'no'".into()),
            Kind::Choice(choices) => one_of(choices, value)
                .ok_or_else(|| format!("argument(s) must be one of the following: {}", choices.join(", "))),
            Kind::Integer(min, max) => match integer(value)? {
                n if (min..=max).contains(&n) => Ok(n.to_string().into()),
                // Redis treats a parameter with this maximum as unsigned, so its message about a negative number
                // differs.
                ..0 if max == UNSIGNED => Err("argument must be greater or equal to 0".into()),
                _ => Err(format!("argument must be between {min} and {max} inclusive")),
            },
            Kind::Clamped(min, max) => {
                Kind::Integer(0, INT).normalize(value)?;
                Ok(integer(value)?.clamp(min, max).to_string().into())
            }
            Kind::Size => match integer(value)? {
                0.. => Ok(value.to_vec()),
                _ => Err("argument must be greater or equal to 0".into()),
            },
            Kind::Memory(min) => match memory(value) {
                Some(n) if n >= min => Ok(n.to_string().into()),
                Some(..0) => Err("argument must be greater or equal to 0".into()),
                Some(_) => Err(format!("argument must be between {min} and {MAX} inclusive")),
                None => Err("argument must be a memory value".into()),
            },
            Kind::MemoryOrPercent => match value.strip_suffix(b"%").and_then(decimal).filter(|&percent| percent >= 0) {
                Some(..=100) => Ok(value.to_vec()),
                Some(_) => Err("percentage argument must be less or equal to 100".into()),
                None => match memory(value) {
                    Some(n @ 0..) => Ok(n.to_string().into()),
                    // Redis stores a percentage as a negative number, so a number above `2^63` is taken for one.
                    Some(n @ -100..) => Ok(format!("{}%", -n).into()),
                    Some(_) => Err("percentage argument must be less or equal to 100".into()),
                    None => Err("argument must be a memory or percent value".into()),
                },
            },
            Kind::Percentiles => percentiles(value),
            Kind::SavePoints => save_points(value).ok_or_else(|| "Invalid save parameters".into()),
            Kind::Events => match Classes::parse(value) {
                Some(classes) => Ok(classes.to_string().into()),
                None => Err("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.".into()),
            },
            Kind::Text | Kind::OutputLimits | Kind::Immutable | Kind::Protected => Ok(value.to_vec()),
        }
    }
}

fn one_of(choices: &[&str], value: &[u8]) -> Option<Vec<u8>> {
    choices.iter().find(|choice| value.eq_ignore_ascii_case(choice.as_bytes())).map(|choice| (*choice).into())
}

fn integer(value: &[u8]) -> Result<i64, String> {
    super::number::parse_integer(value).ok_or_else(|| "argument couldn't be parsed into an integer".into())
}

/// Parses the value of `latency-tracking-info-percentiles`, a list of percentages from 0 to 100 separated by spaces.
/// Returns the list in the form that CONFIG GET shows.
fn percentiles(value: &[u8]) -> Result<Vec<u8>, String> {
    let mut texts = Vec::new();
    for word in String::from_utf8_lossy(value).split_ascii_whitespace() {
        let percentage: f64 =
            word.parse().map_err(|_| "Invalid latency-tracking-info-percentiles parameters".to_owned())?;
        if !(0.0..=100.0).contains(&percentage) {
            return Err("latency-tracking-info-percentiles parameters should sit between [0.0,100.0]".into());
        }
        texts.push(percentage.to_string());
    }
    Ok(texts.join(" ").into())
}

/// Parses the value of `save`, a list of pairs of a number of seconds and a number of changes. Returns the list in the
/// form that CONFIG GET shows.
fn save_points(value: &[u8]) -> Option<Vec<u8>> {
    let words: Vec<&str> = std::str::from_utf8(value).ok()?.split_ascii_whitespace().collect();
    let numbers: Option<Vec<i64>> = words.iter().map(|word| word.parse().ok()).collect();
    let valid = |pair: &[i64]| pair.len() == 2 && pair[0] >= 1 && pair[1] >= 0;
    numbers?.chunks(2).all(valid).then(|| words.join(" ").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_normalized_as_in_redis() {
        let mut config = Config::default();
        for (name, value, answer) in [
            ("maxmemory", "10mb", "10485760"),
            ("MaxMemory", "1k", "1000"),
            ("maxmemory", "", "0"),
            ("hash-max-ziplist-entries", "7", "7"),
            ("appendfsync", "NO", "no"),
            ("hz", "0", "1"),
            ("hz", "501", "500"),
            ("save", "900  1", "900 1"),
            ("notify-keyspace-events", "KEg$lshzxetdm", "AKEm"),
            ("notify-keyspace-events", "KnmEocd$", "$dnocKEm"),
        ] {
            config.set(&[(name.as_bytes(), value.as_bytes())]).unwrap();
            assert_eq!(config.get(name), answer.as_bytes(), "{name} {value}");
        }
        assert_eq!(config.limits(), Limits { hash_max_listpack_entries: 7, ..Limits::default() });
    }

    #[test]
    fn a_failed_config_set_changes_nothing() {
        let mut config = Config::default();
        let pairs: &[(&[u8], &[u8])] = &[(b"maxmemory", b"1"), (b"timeout", b"x")];
        assert!(config.set(pairs).is_err());
        assert_eq!(config.get("maxmemory"), b"0");
    }

    #[test]
    fn the_default_configuration_gives_the_default_limits() {
        assert_eq!(Config::default().limits(), Limits::default());
    }
}
