//! Geo commands that search for the members within an area.

use std::cmp::Ordering;
use std::ops::Bound;

use super::geo::{parse_point, parse_unit, write_distance, write_point};
use super::partial_sort::sort_part;
use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::sorted_set::{Direction, Scores};
use crate::data::{DataType, SortedSet};
use crate::error::{self, Error};
use crate::geohash::{Area, Point, Shape};
use crate::number;

pub const COMMANDS: &[&Command] =
    &[&GEORADIUS, &GEORADIUSBYMEMBER, &GEORADIUSBYMEMBER_RO, &GEORADIUS_RO, &GEOSEARCH, &GEOSEARCHSTORE];

const GEORADIUS: Command = Command {
    name: "GEORADIUS",
    syntax: "key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] \
             [ASC | DESC] [STORE storekey | STOREDIST storedistkey]",
    arity: -6,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Movablekeys],
    keys: Keys::FIRST,
    group: Group::Geo,
    since: "3.2.0",
    complexity: "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area \
                 delimited by center and radius and M is the number of items inside the index.",
    summary: "The members within a distance of a position; can store them. GEOSEARCH replaces it.",
    example: "GEOADD cities 13.361389 38.115556 Palermo 15.087269 37.502669 Catania\n\
              GEORADIUS cities 15 37 200 km WITHDIST",
    run: |call| search(call, Form::RADIUS),
};

const GEORADIUSBYMEMBER: Command = Command {
    name: "GEORADIUSBYMEMBER",
    syntax: "key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC] \
             [STORE storekey | STOREDIST storedistkey]",
    arity: -5,
    flags: &[Flag::Write, Flag::Denyoom, Flag::Movablekeys],
    keys: Keys::FIRST,
    group: Group::Geo,
    since: "3.2.0",
    complexity: "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area \
                 delimited by center and radius and M is the number of items inside the index.",
    summary: "The members within a distance of another member; can store them. GEOSEARCH replaces it.",
    example: "GEOADD cities 13.361389 38.115556 Palermo 15.087269 37.502669 Catania\n\
              GEORADIUSBYMEMBER cities Palermo 200 km",
    run: |call| search(call, Form { center: Center::Member, ..Form::RADIUS }),
};

const GEORADIUSBYMEMBER_RO: Command = Command {
    name: "GEORADIUSBYMEMBER_RO",
    syntax: "key member radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] [ASC | DESC]",
    arity: -5,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Geo,
    since: "3.2.10",
    complexity: "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area \
                 delimited by center and radius and M is the number of items inside the index.",
    summary: "The members within a distance of another member. GEOSEARCH replaces it.",
    example: "GEOADD cities 13.361389 38.115556 Palermo 15.087269 37.502669 Catania\n\
              GEORADIUSBYMEMBER_RO cities Palermo 200 km",
    run: |call| search(call, Form { center: Center::Member, store: Store::Never, ..Form::RADIUS }),
};

const GEORADIUS_RO: Command = Command {
    name: "GEORADIUS_RO",
    syntax: "key longitude latitude radius <M | KM | FT | MI> [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT count [ANY]] \
             [ASC | DESC]",
    arity: -6,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Geo,
    since: "3.2.10",
    complexity: "O(N+log(M)) where N is the number of elements inside the bounding box of the circular area \
                 delimited by center and radius and M is the number of items inside the index.",
    summary: "The members within a distance of a position. GEOSEARCH replaces it.",
    example: "GEOADD cities 13.361389 38.115556 Palermo 15.087269 37.502669 Catania\n\
              GEORADIUS_RO cities 15 37 200 km",
    run: |call| search(call, Form { store: Store::Never, ..Form::RADIUS }),
};

const GEOSEARCH: Command = Command {
    name: "GEOSEARCH",
    syntax: "key <FROMMEMBER member | FROMLONLAT longitude latitude> \
             <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> [ASC | DESC] \
             [COUNT count [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]",
    arity: -7,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Geo,
    since: "6.2.0",
    complexity: "O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area around the shape \
                 provided as the filter and M is the number of items inside the shape",
    summary: "The members within a circle or a box, around a position or another member.",
    example: "GEOADD cities 13.361389 38.115556 Palermo 15.087269 37.502669 Catania\n\
              GEOSEARCH cities FROMLONLAT 15 37 BYRADIUS 200 km ASC WITHDIST",
    run: |call| search(call, Form { center: Center::Option, store: Store::Never, key_at: 1, options_at: 2 }),
};

const GEOSEARCHSTORE: Command = Command {
    name: "GEOSEARCHSTORE",
    syntax: "destination source <FROMMEMBER member | FROMLONLAT longitude latitude> \
             <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> [ASC | DESC] \
             [COUNT count [ANY]] [STOREDIST]",
    arity: -8,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::range(1, 2, 1),
    group: Group::Geo,
    since: "6.2.0",
    complexity: "O(N+log(M)) where N is the number of elements in the grid-aligned bounding box area around the shape \
                 provided as the filter and M is the number of items inside the shape",
    summary: "Stores the members within a circle or a box in another sorted set.",
    example: "GEOADD cities 13.361389 38.115556 Palermo 15.087269 37.502669 Catania\n\
              GEOSEARCHSTORE near cities FROMMEMBER Palermo BYRADIUS 200 km",
    run: |call| search(call, Form { center: Center::Option, store: Store::Always, key_at: 2, options_at: 3 }),
};

/// What distinguishes the commands that search.
#[derive(Clone, Copy)]
struct Form {
    center: Center,
    store: Store,
    /// The index of the key that is searched.
    key_at: usize,
    /// The index of the first option.
    options_at: usize,
}

impl Form {
    const RADIUS: Form = Form { center: Center::Position, store: Store::Option, key_at: 1, options_at: 6 };
}

/// How a command names the center of its search.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Center {
    /// A longitude and a latitude follow the key, and then a radius with its unit.
    Position,
    /// A member follows the key, and then a radius with its unit.
    Member,
    /// The center and the shape are options.
    Option,
}

/// Whether a command stores its result.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Store {
    Never,
    /// With the options STORE and STOREDIST.
    Option,
    /// In its first argument.
    Always,
}

/// The order of the results.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Ascending,
    Descending,
}

/// The arguments of a search. The center is `None` if there is no sorted set to search.
#[derive(Default)]
struct Search<'a> {
    center: Option<Point>,
    has_center_member: bool,
    has_center_point: bool,
    shape: Option<Shape>,
    unit: f64,
    with_distance: bool,
    with_hash: bool,
    with_coordinates: bool,
    order: Option<Order>,
    /// COUNT: the maximum number of results.
    count: Option<usize>,
    /// ANY: stops as soon as there are enough results, which are then not the nearest ones.
    any: bool,
    store_key: Option<&'a [u8]>,
    stores_distances: bool,
}

/// A member within the area.
struct Found<'a> {
    member: &'a [u8],
    score: f64,
    point: Point,
    /// Distance from the center in metres.
    distance: f64,
}

fn search(call: &mut Call, form: Form) -> Outcome {
    let zset = call.keyspace.read::<SortedSet>(call.argv[form.key_at])?;
    let search = Search::parse(call.argv, form, zset)?;
    let found = match (zset, search.center, search.shape) {
        (Some(zset), Some(center), Some(shape)) => search.find(zset, &Area { center, shape, unit: search.unit }),
        _ => Vec::new(),
    };
    if let Some(key) = search.store_key {
        let scores: Scores = found.iter().map(|found| (found.member.into(), search.stored_score(found))).collect();
        return store(call, key, scores, form);
    }
    let parts = [search.with_distance, search.with_hash, search.with_coordinates];
    let parts = parts.into_iter().filter(|&is_wanted| is_wanted).count();
    call.reply.array(found.len());
    for found in found {
        if parts > 0 {
            call.reply.array(parts + 1);
        }
        call.reply.bulk(found.member);
        if search.with_distance {
            write_distance(call.reply, found.distance / search.unit);
        }
        if search.with_hash {
            call.reply.integer(found.score as i64);
        }
        if search.with_coordinates {
            write_point(call.reply, found.point);
        }
    }
    Ok(())
}

fn store(call: &mut Call, key: &[u8], scores: Scores, form: Form) -> Outcome {
    let count = scores.len();
    let mut result = SortedSet::from_scores(scores);
    result.pack(call.keyspace.limits);
    let event = if form.center == Center::Option { "geosearchstore" } else { "georadiusstore" };
    call.keyspace.put(key, result.into_value(), None, event);
    // Redis counts one change per stored member. `put` has counted one of them.
    call.keyspace.dirty += count.saturating_sub(1) as u64;
    call.reply.count(count);
    Ok(())
}

impl<'a> Search<'a> {
    /// Parses the arguments of a search in `zset`, or of a search for which there is no sorted set.
    fn parse(argv: &'a [&'a [u8]], form: Form, zset: Option<&SortedSet>) -> Result<Self, Error> {
        let mut search = Search { unit: 1.0, ..Search::default() };
        let mut options_at = form.options_at;
        match form.center {
            Center::Position => {
                search.center = Some(parse_point(argv[2], argv[3])?);
                search.parse_radius(argv[4], argv[5])?;
            }
            Center::Member => {
                options_at -= 1;
                // As in Redis, the radius is not checked if there is nothing to search.
                if let Some(zset) = zset {
                    search.center = Some(position_of(zset, argv[2])?);
                    search.parse_radius(argv[3], argv[4])?;
                }
            }
            Center::Option => {}
        }
        if form.store == Store::Always {
            search.store_key = Some(argv[1]);
        }
        let mut rest = argv.get(options_at..).unwrap_or_default();
        while !rest.is_empty() {
            let used = search.parse_option(rest, form, zset)?;
            rest = &rest[used..];
        }
        search.check(argv[0], form)?;
        Ok(search)
    }

    /// Parses the option at the beginning of `words`. Returns the number of words that it consists of.
    fn parse_option(&mut self, words: &[&'a [u8]], form: Form, zset: Option<&SortedSet>) -> Result<usize, Error> {
        let option = error::until_nul(words[0]).to_ascii_uppercase();
        let has_center = form.center == Center::Option;
        match (option.as_slice(), words) {
            (b"WITHDIST", _) => self.with_distance = true,
            (b"WITHHASH", _) => self.with_hash = true,
            (b"WITHCOORD", _) => self.with_coordinates = true,
            (b"ANY", _) => self.any = true,
            (b"ASC", _) => self.order = Some(Order::Ascending),
            (b"DESC", _) => self.order = Some(Order::Descending),
            (b"COUNT", &[_, count, ..]) => {
                let count = number::parse_integer(count).ok_or(error::NOT_AN_INTEGER)?;
                let count = usize::try_from(count).ok().filter(|count| *count > 0);
                self.count = Some(count.ok_or(Error::from_static("ERR COUNT must be > 0"))?);
                return Ok(2);
            }
            (b"STORE" | b"STOREDIST", &[_, key, ..]) if form.store == Store::Option => {
                self.store_key = Some(key);
                self.stores_distances = option == b"STOREDIST";
                return Ok(2);
            }
            (b"STOREDIST", _) if form.store == Store::Always => self.stores_distances = true,
            (b"FROMMEMBER", &[_, member, ..]) if has_center && !self.has_center_point => {
                if let Some(zset) = zset {
                    self.center = Some(position_of(zset, member)?);
                }
                self.has_center_member = true;
                return Ok(2);
            }
            (b"FROMLONLAT", &[_, longitude, latitude, ..]) if has_center && !self.has_center_member => {
                self.center = Some(parse_point(longitude, latitude)?);
                self.has_center_point = true;
                return Ok(3);
            }
            (b"BYRADIUS", &[_, radius, unit, ..])
                if has_center && !matches!(self.shape, Some(Shape::Rectangle { .. })) =>
            {
                self.parse_radius(radius, unit)?;
                return Ok(3);
            }
            (b"BYBOX", &[_, width, height, unit, ..])
                if has_center && !matches!(self.shape, Some(Shape::Circle { .. })) =>
            {
                self.parse_box(width, height, unit)?;
                return Ok(4);
            }
            _ => return Err(error::SYNTAX),
        }
        Ok(1)
    }

    fn parse_radius(&mut self, radius: &[u8], unit: &[u8]) -> Outcome {
        let radius = number::parse_double(radius).ok_or(Error::from_static("ERR need numeric radius"))?;
        if radius < 0.0 {
            return Err(Error::from_static("ERR radius cannot be negative"));
        }
        self.unit = parse_unit(unit)?;
        self.shape = Some(Shape::Circle { radius });
        Ok(())
    }

    fn parse_box(&mut self, width: &[u8], height: &[u8], unit: &[u8]) -> Outcome {
        let width = number::parse_double(width).ok_or(Error::from_static("ERR need numeric width"))?;
        let height = number::parse_double(height).ok_or(Error::from_static("ERR need numeric height"))?;
        if width < 0.0 || height < 0.0 {
            return Err(Error::from_static("ERR height or width cannot be negative"));
        }
        self.unit = parse_unit(unit)?;
        self.shape = Some(Shape::Rectangle { width, height });
        Ok(())
    }

    /// Checks that the options fit each other. `name` is the command's name as the client wrote it, which Redis quotes.
    fn check(&self, name: &[u8], form: Form) -> Outcome {
        if self.store_key.is_some() && (self.with_distance || self.with_hash || self.with_coordinates) {
            let option = if form.store == Store::Always { "GEOSEARCHSTORE" } else { "STORE option in GEORADIUS" };
            return Err(Error::new(format!(
                "ERR {option} is not compatible with WITHDIST, WITHHASH and WITHCOORD options"
            )));
        }
        if form.center == Center::Option {
            let missing = |what: &str| {
                Error::new([b"ERR exactly one of ", what.as_bytes(), b" can be specified for ", name].concat())
            };
            if !self.has_center_member && !self.has_center_point {
                return Err(missing("FROMMEMBER or FROMLONLAT"));
            }
            if self.shape.is_none() {
                return Err(missing("BYRADIUS and BYBOX"));
            }
        }
        if self.any && self.count.is_none() {
            return Err(Error::from_static("ERR the ANY argument requires COUNT argument"));
        }
        Ok(())
    }

    /// Finds the members within the area, in the order in which Redis returns them.
    fn find<'z>(&self, zset: &'z SortedSet, area: &Area) -> Vec<Found<'z>> {
        let limit = self.count.filter(|_| self.any).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        for cell in area.cells() {
            if found.len() >= limit {
                break;
            }
            let (min, end) = cell.scores();
            let ranks = zset.ranks_by_score(Bound::Included(min), Bound::Excluded(end));
            let within = zset.members(ranks, Direction::Ascending).filter_map(|(member, score)| {
                let point = Point::from_score(score);
                let distance = area.distance_if_within(point)?;
                Some(Found { member, score, point, distance })
            });
            found.extend(within.take(limit - found.len()));
        }
        let count = self.count.unwrap_or(usize::MAX).min(found.len());
        // With COUNT but without ANY, the nearest members are wanted, so they are always sorted.
        let order = self.order.or(self.count.filter(|_| !self.any).map(|_| Order::Ascending));
        if let Some(order) = order {
            let compare = |a: &Found, b: &Found| match order {
                Order::Ascending => compare_distances(a.distance, b.distance),
                Order::Descending => compare_distances(b.distance, a.distance),
            };
            if count == found.len() {
                found.sort_by(compare);
            } else {
                sort_part(&mut found, 0..count, compare);
            }
        }
        found.truncate(count);
        found
    }

    fn stored_score(&self, found: &Found) -> f64 {
        if self.stores_distances { found.distance / self.unit } else { found.score }
    }
}

/// Compares two distances. NaN is greater than all numbers.
fn compare_distances(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// Returns the position of a member that is the center of a search.
fn position_of(zset: &SortedSet, member: &[u8]) -> Result<Point, Error> {
    let score = zset.score(member).ok_or(Error::from_static("ERR could not decode requested zset member"))?;
    Ok(Point::from_score(score))
}
