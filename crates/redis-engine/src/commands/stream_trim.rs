//! Stream commands that remove entries: by their IDs, or the oldest ones.

use crate::call::{Call, Outcome};
use crate::command::{Command, Flag, Group, Keys};
use crate::data::Stream;
use crate::data::stream::{NewId, References, StreamId, Threshold, Trim};
use crate::error::{self, Error};

pub const COMMANDS: &[&Command] = &[&XACKDEL, &XDEL, &XDELEX, &XTRIM];

/// The most entries that XTRIM and XADD remove with `~` and without `LIMIT`.
const MAX_DEFAULT_LIMIT: usize = 1_000_000;

/// The command whose options are parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Add,
    Trim,
}

/// The options that XADD and XTRIM share, and the ID that follows them in XADD.
#[derive(Debug)]
pub(super) struct AddOrTrim {
    /// How to trim the stream, if at all.
    pub trim: Option<Trim>,
    /// NOMKSTREAM: a stream that does not exist is not created.
    pub only_existing: bool,
    /// The ID of the entry to add.
    pub id: NewId,
    /// The index of the argument after the options and the ID.
    pub options_end: usize,
}

/// The options, as far as they have been parsed.
#[derive(Default)]
struct Options {
    /// The threshold, and whether `~` precedes it.
    threshold: Option<(Threshold, bool)>,
    limit: Option<usize>,
    references: Option<References>,
}

impl AddOrTrim {
    /// Parses the arguments after the key.
    ///
    /// # Errors
    /// Returns an error if an option or the ID is invalid, or if the options do not fit together.
    pub fn parse(call: &Call, target: Target) -> Result<Self, Error> {
        let mut options = Options::default();
        let (mut only_existing, mut id) = (false, NewId::Automatic);
        let mut at = 2;
        while at < call.argv.len() {
            let has_value = at + 1 < call.argv.len();
            if target == Target::Add && call.argv[at] == b"*" {
                at += 1;
                break;
            } else if has_value && (call.is_option(at, "MAXLEN") || call.is_option(at, "MINID")) {
                at = options.parse_threshold(call, at)?;
            } else if has_value && call.is_option(at, "LIMIT") {
                let limit = call.integer(at + 1)?;
                let negative = Error::from_static("ERR The LIMIT argument must be >= 0.");
                options.limit = Some(usize::try_from(limit).map_err(|_| negative)?);
                at += 2;
            } else if target == Target::Add && call.is_option(at, "NOMKSTREAM") {
                only_existing = true;
                at += 1;
            } else if let Some(references) = parse_references(call, at).filter(|_| options.references.is_none()) {
                options.references = Some(references);
                at += 1;
            } else if target == Target::Add {
                id = NewId::parse(call.argv[at])?;
                at += 1;
                break;
            } else {
                return Err(error::SYNTAX);
            }
        }
        let trim = options.finish(target, call.keyspace.limits.stream_node_max_entries)?;
        Ok(AddOrTrim { trim, only_existing, id, options_end: at })
    }
}

impl Options {
    /// Parses MAXLEN or MINID at an index, with its value. Returns the index of the next argument.
    fn parse_threshold(&mut self, call: &Call, at: usize) -> Result<usize, Error> {
        if self.threshold.is_some() {
            return Err(Error::from_static(
                "ERR syntax error, MAXLEN and MINID options at the same time are not compatible",
            ));
        }
        let has_sign = at + 2 < call.argv.len() && matches!(call.argv[at + 1], b"~" | b"=");
        let is_approximate = has_sign && call.argv[at + 1] == b"~";
        let value_at = at + 1 + usize::from(has_sign);
        let threshold = if call.is_option(at, "MAXLEN") {
            let negative = Error::from_static("ERR The MAXLEN argument must be >= 0.");
            Threshold::MaxLength(usize::try_from(call.integer(value_at)?).map_err(|_| negative)?)
        } else {
            Threshold::MinId(StreamId::parse(call.argv[value_at], 0)?)
        };
        self.threshold = Some((threshold, is_approximate));
        Ok(value_at + 1)
    }

    /// Checks that the options fit together, and returns how to trim.
    fn finish(self, target: Target, node_max_entries: usize) -> Result<Option<Trim>, Error> {
        if self.limit.is_some_and(|limit| limit > 0) && self.threshold.is_none() {
            return Err(Error::from_static(
                "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy",
            ));
        }
        if target == Target::Trim && self.threshold.is_none() {
            return Err(Error::from_static("ERR syntax error, XTRIM must be called with a trimming strategy"));
        }
        let is_approximate = self.threshold.is_some_and(|(_, is_approximate)| is_approximate);
        if self.limit.is_some() && !is_approximate {
            return Err(Error::from_static("ERR syntax error, LIMIT cannot be used without the special ~ option"));
        }
        let default_limit = match node_max_entries.saturating_mul(100) {
            0 => 10_000,
            limit => limit.min(MAX_DEFAULT_LIMIT),
        };
        let limit = if is_approximate { Some(self.limit.unwrap_or(default_limit)).filter(|&n| n > 0) } else { None };
        let references = self.references.unwrap_or_default();
        Ok(self.threshold.map(|(threshold, is_approximate)| Trim { threshold, is_approximate, limit, references }))
    }
}

fn parse_references(call: &Call, at: usize) -> Option<References> {
    match () {
        () if call.is_option(at, "KEEPREF") => Some(References::Keep),
        () if call.is_option(at, "DELREF") => Some(References::Delete),
        () if call.is_option(at, "ACKED") => Some(References::OnlyAcknowledged),
        () => None,
    }
}

const XTRIM: Command = Command {
    name: "XTRIM",
    syntax: "key <MAXLEN | MINID> [= | ~] threshold [LIMIT count] [KEEPREF | DELREF | ACKED]",
    arity: -4,
    flags: &[Flag::Write],
    keys: Keys::FIRST,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(N), with N being the number of evicted entries. Constant times are very small however, since \
                 entries are organized in macro nodes containing multiple entries that can be released with a single \
                 deallocation.",
    summary: "Removes the oldest entries of a stream, down to a length or up to an ID; returns how many.",
    example: "XADD orders 1-1 item tea amount 2\nXADD orders 2-1 item milk amount 1\nXTRIM orders MAXLEN 1",
    run: xtrim,
};

fn xtrim(call: &mut Call) -> Outcome {
    let arguments = AddOrTrim::parse(call, Target::Trim)?;
    let mut removed = 0;
    if let Some(mut stream) = call.keyspace.edit::<Stream>(call.argv[1])?
        && let Some(trim) = arguments.trim
    {
        removed = stream.trim(&trim);
        if removed > 0 {
            stream.commit_changes("xtrim", removed);
        }
    }
    call.reply.count(removed);
    Ok(())
}

const XDEL: Command = Command {
    name: "XDEL",
    syntax: "key id [id ...]",
    arity: -3,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Stream,
    since: "5.0.0",
    complexity: "O(1) for each single item to delete in the stream, regardless of the stream size.",
    summary: "Deletes entries of a stream by their IDs; returns how many existed.",
    example: "XADD orders 1-1 item tea amount 2\nXDEL orders 1-1",
    run: xdel,
};

fn xdel(call: &mut Call) -> Outcome {
    let mut deleted = 0;
    if let Some(mut stream) = call.keyspace.edit::<Stream>(call.argv[1])? {
        let ids = parse_ids(&call.argv[2..])?;
        deleted = ids.into_iter().filter(|&id| stream.delete(id)).count();
        if deleted > 0 {
            stream.update_first_id();
            stream.commit_changes("xdel", deleted);
        }
    }
    call.reply.count(deleted);
    Ok(())
}

/// Parses IDs of entries.
///
/// # Errors
/// Returns an error if an ID is invalid.
pub(super) fn parse_ids(words: &[&[u8]]) -> Result<Vec<StreamId>, Error> {
    words.iter().map(|word| StreamId::parse(word, 0)).collect()
}

const XDELEX: Command = Command {
    name: "XDELEX",
    syntax: "key [KEEPREF | DELREF | ACKED] IDS numids id [id ...]",
    arity: -5,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Stream,
    since: "8.2.0",
    complexity: "O(1) for each single item to delete in the stream, regardless of the stream size.",
    summary: "Deletes entries, and says what becomes of them where they are pending; one number per ID.",
    example: "XADD orders 1-1 item tea amount 2\nXDELEX orders DELREF IDS 2 1-1 9-9",
    run: xdelex,
};

const XACKDEL: Command = Command {
    name: "XACKDEL",
    syntax: "key group [KEEPREF | DELREF | ACKED] IDS numids id [id ...]",
    arity: -6,
    flags: &[Flag::Write, Flag::Fast],
    keys: Keys::FIRST,
    group: Group::Stream,
    since: "8.2.0",
    complexity: "O(1) for each message ID processed.",
    summary: "Acknowledges entries and deletes them in one step; one number per ID.",
    example: "XADD orders 1-1 item tea amount 2\nXGROUP CREATE orders kitchen 0\n\
              XREADGROUP GROUP kitchen cook STREAMS orders >\nXACKDEL orders kitchen ACKED IDS 1 1-1",
    run: xackdel,
};

/// The arguments of XDELEX and XACKDEL after the key and the group.
struct DeletionArguments<'a> {
    references: References,
    ids: &'a [&'a [u8]],
}

impl<'a> DeletionArguments<'a> {
    /// Parses the arguments from an index.
    fn parse(call: &Call<'a>, start: usize) -> Result<Self, Error> {
        let (mut references, mut ids) = (None, None);
        let mut at = start;
        while at < call.argv.len() {
            if let Some(given) = parse_references(call, at).filter(|_| references.is_none()) {
                references = Some(given);
                at += 1;
            } else if call.is_option(at, "IDS") && at + 1 < call.argv.len() {
                let count = call.integer(at + 1).ok().and_then(|n| usize::try_from(n).ok()).filter(|&n| n > 0);
                let count = count.ok_or(Error::from_static("ERR Number of IDs must be a positive integer"))?;
                let words: &'a [&'a [u8]] = &call.argv[at + 2..];
                ids = words.get(..count);
                if ids.is_none() {
                    return Err(Error::from_static("ERR The `numids` parameter must match the number of arguments"));
                }
                at += 2 + count;
            } else {
                return Err(error::SYNTAX);
            }
        }
        ids.map(|ids| DeletionArguments { references: references.unwrap_or_default(), ids }).ok_or(error::SYNTAX)
    }
}

/// What happened to an entry, as XDELEX and XACKDEL report it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deletion {
    NotFound = -1,
    Deleted = 1,
    /// The entry was not deleted, because a group has not acknowledged it.
    StillReferenced = 2,
}

fn xdelex(call: &mut Call) -> Outcome {
    let key = call.argv[1];
    let exists = call.keyspace.edit::<Stream>(key)?.is_some();
    let arguments = DeletionArguments::parse(call, 2)?;
    if !exists {
        return write_all_not_found(call, arguments.ids.len());
    }
    let ids = parse_ids(arguments.ids)?;
    let Some(mut stream) = call.keyspace.edit::<Stream>(key)? else { return Ok(()) };
    call.reply.array(ids.len());
    let mut deleted = 0;
    for id in ids {
        let result = match arguments.references {
            References::OnlyAcknowledged if stream.is_referenced(id) => Deletion::StillReferenced,
            references => {
                if references == References::Delete {
                    stream.delete_references(id);
                }
                if stream.delete(id) { Deletion::Deleted } else { Deletion::NotFound }
            }
        };
        deleted += usize::from(result == Deletion::Deleted);
        call.reply.integer(result as i64);
    }
    if deleted > 0 {
        stream.update_first_id();
        stream.commit_changes("xdel", deleted);
    } else {
        stream.commit_group(&[], 0);
    }
    Ok(())
}

fn write_all_not_found(call: &mut Call, count: usize) -> Outcome {
    call.reply.array(count);
    (0..count).for_each(|_| call.reply.integer(Deletion::NotFound as i64));
    Ok(())
}

fn xackdel(call: &mut Call) -> Outcome {
    let (key, group) = (call.argv[1], call.argv[2]);
    let stream = call.keyspace.read::<Stream>(key)?;
    let exists = stream.is_some_and(|stream| stream.groups().contains_key(group));
    let arguments = DeletionArguments::parse(call, 3)?;
    if !exists {
        return write_all_not_found(call, arguments.ids.len());
    }
    let ids = parse_ids(arguments.ids)?;
    let Some(mut stream) = call.keyspace.edit::<Stream>(key)? else { return Ok(()) };
    call.reply.array(ids.len());
    let (mut acknowledged, mut deleted) = (0, 0);
    for id in ids {
        let is_pending = stream.group_mut(group).is_some_and(|group| group.acknowledge(id));
        let result = if !is_pending {
            Deletion::NotFound
        } else if arguments.references == References::OnlyAcknowledged && stream.is_referenced(id) {
            Deletion::StillReferenced
        } else {
            if arguments.references == References::Delete {
                stream.delete_references(id);
            }
            deleted += usize::from(stream.delete(id));
            Deletion::Deleted
        };
        acknowledged += usize::from(is_pending);
        call.reply.integer(result as i64);
    }
    if deleted > 0 {
        stream.update_first_id();
        stream.commit_changes("xdel", acknowledged);
    } else {
        stream.commit_group(&[], acknowledged);
    }
    Ok(())
}
