//! The picture of a sorted set of places, as data: the position of each member on a map.

use super::key::pieces;
use super::{Change, Label, Map, MapPlace};
use redis_engine::data::SortedSet;
use redis_engine::data::sorted_set::Direction;
use redis_engine::geohash::Point;

/// Maximum number of members on a map.
const MOST_PLACES: usize = 1000;

/// The least score that is taken for a geohash. Smaller scores are likely to be counters or times in milliseconds, and
/// would be close to the south-western corner of the map.
const MIN_GEOHASH: f64 = (1_u64 << 44) as f64;

/// The first score that is too great for a geohash of 52 bits.
const END_OF_GEOHASHES: f64 = (1_u64 << 52) as f64;

/// Returns the map of a sorted set if all its scores look like geohashes. `was` is the previous value.
pub(super) fn map(value: &SortedSet, was: Option<&SortedSet>) -> Option<Map> {
    let is_geohash = |score: f64| (MIN_GEOHASH..END_OF_GEOHASHES).contains(&score) && score.fract() == 0.0;
    if value.len() > MOST_PLACES || !value.iter().all(|(_, score)| is_geohash(score)) {
        return None;
    }
    let members: Vec<(&[u8], f64)> = value.members(0..value.len(), Direction::Ascending).collect();
    let gone: Vec<_> = was.iter().flat_map(|was| was.iter()).filter(|(name, _)| value.score(name).is_none()).collect();
    let change = |name: &[u8], score: f64| match was.map(|was| was.score(name)) {
        None => Change::Same,
        Some(None) => Change::Added,
        Some(Some(before)) if before.total_cmp(&score).is_ne() => {
            Change::ChangedFrom(Label::from_bytes(position_text(Point::from_score(before)).as_bytes()))
        }
        Some(Some(_)) => Change::Same,
    };
    let at = |index: usize| members.get(index).or_else(|| gone.get(index - members.len())).copied().unwrap_or_default();
    let make = |index: usize| {
        let (name, score) = at(index);
        let point = Point::from_score(score);
        MapPlace {
            label: Label::from_bytes(name),
            position: (point.longitude, point.latitude),
            shown_position: position_text(point),
            change: if index < members.len() { change(name, score) } else { Change::Gone },
        }
    };
    let is_changed = |index: usize| index >= members.len() || change(at(index).0, at(index).1) != Change::Same;
    let positions = members.iter().map(|(_, score)| Point::from_score(*score));
    Some(Map {
        places: pieces(members.len() + gone.len(), is_changed, make),
        positions: positions.map(|point| (point.longitude, point.latitude)).collect(),
    })
}

/// Writes a position in degrees, such as `13.3614 E 38.1156 N`.
fn position_text(point: Point) -> String {
    let part = |degrees: f64, positive, negative| {
        format!("{:.4} {}", degrees.abs(), if degrees < 0.0 { negative } else { positive })
    };
    format!("{} {}", part(point.longitude, 'E', 'W'), part(point.latitude, 'N', 'S'))
}
