//! Numbers of things, in pairs: one thing, and several or none. [`counted`] chooses between the two.

messages! {
    /// One byte.
    one_byte() = "1 byte";
    /// Several bytes, or none.
    bytes(number) = "{number} bytes";
    /// One command.
    one_command() = "1 command";
    /// Several commands, or none.
    commands(number) = "{number} commands";
    /// One round trip.
    one_round_trip() = "1 round trip";
    /// Several round trips, or none.
    round_trips(number) = "{number} round trips";
    /// One round trip that is only counted.
    one_more_round_trip() = "1 more round trip";
    /// Several round trips that are only counted.
    more_round_trips(number) = "{number} more round trips";
    /// One field of a hash.
    one_field() = "1 field";
    /// Several fields of a hash.
    fields(number) = "{number} fields";
    /// One element of a list.
    one_element() = "1 element";
    /// Several elements of a list.
    elements(number) = "{number} elements";
    /// One member of a set or a sorted set.
    one_member() = "1 member";
    /// Several members of a set or a sorted set.
    members(number) = "{number} members";
    /// One lesson.
    one_lesson() = "1 lesson";
    /// Several lessons, or none.
    lessons(number) = "{number} lessons";
    /// One try of `check`.
    one_try() = "1 try";
    /// Several tries of `check`, or none.
    tries(number) = "{number} tries";
    /// One fault in a lesson.
    one_fault() = "1 fault";
    /// Several faults in lessons, or none.
    faults(number) = "{number} faults";
}

/// Returns the message about a number of things: `one` for one thing, otherwise `several`.
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
