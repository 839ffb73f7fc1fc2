//! Pairs of messages about counts: one message for a single item, and one for any other number of items. [`counted`]
//! chooses between the two.

messages! {
    /// A single byte.
    one_byte() = "1 byte";
    /// A number of bytes other than 1.
    bytes(number) = "{number} bytes";
    /// A single command.
    one_command() = "1 command";
    /// A number of commands other than 1.
    commands(number) = "{number} commands";
    /// A single round trip.
    one_round_trip() = "1 round trip";
    /// A number of round trips other than 1.
    round_trips(number) = "{number} round trips";
    /// A single round trip that is counted but not shown.
    one_more_round_trip() = "1 more round trip";
    /// A number of round trips, other than 1, that are counted but not shown.
    more_round_trips(number) = "{number} more round trips";
    /// A single hash field.
    one_field() = "1 field";
    /// A number of hash fields other than 1.
    fields(number) = "{number} fields";
    /// A single list element.
    one_element() = "1 element";
    /// A number of list elements other than 1.
    elements(number) = "{number} elements";
    /// A single member of a set or a sorted set.
    one_member() = "1 member";
    /// A number of members, other than 1, of a set or a sorted set.
    members(number) = "{number} members";
    /// A single entry of a stream.
    one_entry() = "1 entry";
    /// A number of entries of a stream, other than 1.
    entries(number) = "{number} entries";
    /// One delivery of an entry.
    once() = "once";
    /// A number of deliveries of an entry, other than 1.
    times(number) = "{number} times";
    /// A single lesson.
    one_lesson() = "1 lesson";
    /// A number of lessons other than 1.
    lessons(number) = "{number} lessons";
    /// A single answer, mistake or other input that `check` has tried out.
    one_try() = "1 try";
    /// A number of answers, mistakes and other inputs, other than 1, that `check` has tried out.
    tries(number) = "{number} tries";
    /// A single reworded answer, which must pass.
    one_rewording() = "1 rewording";
    /// A number of reworded answers other than 1.
    rewordings(number) = "{number} rewordings";
    /// A single answer into which `check` has put a mistake.
    one_mutant() = "1 mutant";
    /// A number of answers, other than 1, into which `check` has put a mistake.
    mutants(number) = "{number} mutants";
    /// A single variation that a lesson exempts.
    one_exemption() = "1 exempt";
    /// A number of variations, other than 1, that lessons exempt.
    exemptions(number) = "{number} exempt";
    /// A single step whose answers are not varied.
    one_step_not_varied() = "1 step without variations";
    /// A number of steps, other than 1, whose answers are not varied.
    steps_not_varied(number) = "{number} steps without variations";
    /// A single fault in a lesson.
    one_fault() = "1 fault";
    /// A number of faults, other than 1, in lessons.
    faults(number) = "{number} faults";
}

/// Returns the message for a count: `one` if the number is 1, and `several` otherwise.
///
/// ```
/// use redis_tutor::messages::counts::{bytes, counted, one_byte};
///
/// assert_eq!(counted(1, one_byte, bytes), "1 byte");
/// assert_eq!(counted(0, one_byte, bytes), "0 bytes");
/// ```
pub fn counted(number: usize, one: fn() -> String, several: fn(usize) -> String) -> String {
    if number == 1 { one() } else { several(number) }
}
