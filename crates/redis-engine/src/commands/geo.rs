//! Geo commands on single members of a sorted set whose scores are geohashes: positions and distances.

use super::sorted_set::{self, Options};
use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::SortedSet;
use crate::error::{self, Error};
use crate::geohash::Point;
use crate::number;
use crate::reply::Reply;

pub const COMMANDS: &[&Command] = &[&GEOADD, &GEODIST, &GEOHASH, &GEOPOS];

/// Parses a longitude and a latitude in degrees.
pub(super) fn parse_point(longitude: &[u8], latitude: &[u8]) -> Result<Point, Error> {
    let parse = |text| number::parse_double(text).ok_or(error::NOT_A_FLOAT);
    let (longitude, latitude) = (parse(longitude)?, parse(latitude)?);
    Point::new(longitude, latitude)
        .ok_or_else(|| Error::new(format!("ERR invalid longitude,latitude pair {longitude:.6},{latitude:.6}")))
}

/// Parses a unit of length, and returns it in metres.
pub(super) fn parse_unit(text: &[u8]) -> Result<f64, Error> {
    const UNITS: [(&str, f64); 4] = [("M", 1.0), ("KM", 1000.0), ("FT", 0.3048), ("MI", 1609.34)];
    let unit = UNITS.into_iter().find(|(name, _)| error::until_nul(text).eq_ignore_ascii_case(name.as_bytes()));
    unit.map(|(_, metres)| metres).ok_or(Error::from_static("ERR unsupported unit provided. please use M, KM, FT, MI"))
}

/// Writes a distance as a bulk string with four decimal places, in both protocols.
pub(super) fn write_distance(reply: &mut Reply, distance: f64) {
    let scaled = (distance * 10_000.0).round_ties_even();
    // A number outside the range has no defined result in C. On x86-64 it is the least integer.
    let scaled = if scaled.abs() < i64::MAX as f64 { scaled as i64 } else { i64::MIN };
    let (sign, digits) = (if scaled < 0 { "-" } else { "" }, scaled.unsigned_abs());
    reply.bulk(format!("{sign}{}.{:04}", digits / 10_000, digits % 10_000).as_bytes());
}

pub(super) fn write_point(reply: &mut Reply, point: Point) {
    reply.array(2);
    reply.double(point.longitude);
    reply.double(point.latitude);
}

const GEOADD: Command = Command {
    name: "GEOADD",
    syntax: "key [NX | XX] [CH] longitude latitude member [longitude latitude member ...]",
    arity: -5,
    flags: &[Flag::Write, Flag::Denyoom],
    keys: Keys::FIRST,
    group: Group::Geo,
    since: "3.2.0",
    complexity: "O(log(N)) for each item added, where N is the number of elements in the sorted set.",
    summary: "Adds members at positions to a sorted set whose scores are geohashes, or moves them.",
    example: "GEOADD cities 13.361389 38.115556 Palermo 15.087269 37.502669 Catania",
    run: geoadd,
};

fn geoadd(call: &mut Call) -> Outcome {
    let mut options = Options::default();
    let mut index = 2;
    loop {
        let option = match () {
            () if call.is_option(index, "NX") => &mut options.if_absent,
            () if call.is_option(index, "XX") => &mut options.if_present,
            () if call.is_option(index, "CH") => &mut options.count_changed,
            () => break,
        };
        *option = true;
        index += 1;
    }
    let (triples, rest) = call.argv[index..].as_chunks::<3>();
    if triples.is_empty() || !rest.is_empty() || options.if_absent && options.if_present {
        return Err(error::SYNTAX);
    }
    let members = triples
        .iter()
        .map(|&[longitude, latitude, member]| parse_point(longitude, latitude).map(|point| (member, point.score())));
    let members = members.collect::<Result<Vec<_>, _>>()?;
    sorted_set::set_scores(call, options, members.into_iter())
}

const GEODIST: Command = Command {
    name: "GEODIST",
    syntax: "key member1 member2 [M | KM | FT | MI]",
    arity: -4,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Geo,
    since: "3.2.0",
    complexity: "O(1)",
    summary: "The distance between two members, in metres or in another unit.",
    example: "GEOADD cities 13.361389 38.115556 Palermo 15.087269 37.502669 Catania\n\
              GEODIST cities Palermo Catania km",
    run: geodist,
};

fn geodist(call: &mut Call) -> Outcome {
    let unit = match call.argv {
        [_, _, _, _] => 1.0,
        [_, _, _, _, unit] => parse_unit(unit)?,
        _ => return Err(error::SYNTAX),
    };
    let zset = call.keyspace.read::<SortedSet>(call.argv[1])?;
    let point = |member: &[u8]| zset.and_then(|zset| zset.score(member)).map(Point::from_score);
    match (point(call.argv[2]), point(call.argv[3])) {
        (Some(a), Some(b)) => write_distance(call.reply, a.distance_to(b) / unit),
        _ => call.reply.null(),
    }
    Ok(())
}

const GEOHASH: Command = Command {
    name: "GEOHASH",
    syntax: "key [member [member ...]]",
    arity: -2,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Geo,
    since: "3.2.0",
    complexity: "O(1) for each member requested.",
    summary: "The positions of members as geohashes of 11 characters, nil for each that does not exist.",
    example: "GEOADD cities 13.361389 38.115556 Palermo 15.087269 37.502669 Catania\nGEOHASH cities Palermo Catania",
    run: geohash,
};

fn geohash(call: &mut Call) -> Outcome {
    let zset = call.keyspace.read::<SortedSet>(call.argv[1])?;
    call.reply.array(call.argv.len() - 2);
    for member in &call.argv[2..] {
        match zset.and_then(|zset| zset.score(member)) {
            Some(score) => call.reply.bulk(&Point::from_score(score).to_text()),
            None => call.reply.null(),
        }
    }
    Ok(())
}

const GEOPOS: Command = Command {
    name: "GEOPOS",
    syntax: "key [member [member ...]]",
    arity: -2,
    flags: &[Flag::Readonly],
    keys: Keys::FIRST,
    group: Group::Geo,
    since: "3.2.0",
    complexity: "O(1) for each member requested.",
    summary: "The longitudes and latitudes of members, nil for each that does not exist.",
    example: "GEOADD cities 13.361389 38.115556 Palermo 15.087269 37.502669 Catania\nGEOPOS cities Palermo Rome",
    run: geopos,
};

fn geopos(call: &mut Call) -> Outcome {
    let zset = call.keyspace.read::<SortedSet>(call.argv[1])?;
    call.reply.array(call.argv.len() - 2);
    for member in &call.argv[2..] {
        match zset.and_then(|zset| zset.score(member)) {
            Some(score) => write_point(call.reply, Point::from_score(score)),
            None => call.reply.null_array(),
        }
    }
    Ok(())
}
