messages! {
    // Headings (`render/mod.rs`).

    /// A step in the heading of a lesson.
    heading_step(number, steps) = "{number} of {steps}";
    /// A task of a practice in the heading of its lesson.
    heading_practice(number, tasks) = "practice, {number} of {tasks}";
    /// The end of a lesson in its heading.
    heading_remember() = "to remember";
    /// The sheet of a lesson in its heading.
    heading_sheet() = "sheet";

    // Comparisons of two programs (`render/cost_comparison.rs`).

    /// The title of the chart of bytes.
    wire_bytes_chart() = "Bytes over the wire, out and in";
    /// The title of the chart of round trips.
    round_trips_chart() = "Round trips";
    /// The title of the chart of memory.
    memory_bytes_chart() = "Bytes of memory";
    /// What a program sends: `hash 3 commands in 1 round trip`.
    program_traffic(program, commands, round_trips) = "{program} {commands} in {round_trips}";
    /// The traffic of each program, if it is the same for all sizes of the data.
    traffic_each_time(programs) = "Each time: {programs}.";
    /// What each program sends for the largest size: `With 1,000 fields`.
    traffic_at_size(size, programs) = "With {size}: {programs}.";

    // The list of lessons (`render/lessons.rs`).

    /// A finished lesson in the list.
    lesson_finished() = "done";
    /// How long a lesson takes, in the list.
    lesson_minutes(minutes) = "{minutes} min";
    /// How many steps of a lesson are done, in the list.
    lesson_progress(done, steps) = "{done} of {steps}";
    /// How long a lesson takes, for a screen reader.
    lesson_minutes_spoken(minutes) = "{minutes} minutes";
    /// How many steps of a lesson are done, for a screen reader.
    lesson_progress_spoken(done, steps) = "{done} of {steps} steps done";
    /// A lesson in the list, for a screen reader.
    lesson_spoken(id, title, state) = "{id}: {title}. {state}.";
    /// The lesson that comes next, in the list for a screen reader.
    next_lesson_spoken(id, title, state) = "{id}: {title}. {state}, next.";

    // The turns of a race (`render/turn_lanes.rs`).

    /// In place of a reply: the client is blocked.
    turn_waits() = "waits";
    /// In place of a reply: the program of the client has ended with an error.
    program_ends(error) = "ends: {error}";

    // Timelines (`render/timeline.rs`).

    /// A command that is blocked.
    command_waits(command) = "{command} waits";
    /// A blocked command that was woken, or has timed out: `BLPOP waited 2 s, woken by main`.
    command_waited(command, duration, cause) = "{command} waited {duration}, {cause}";
    /// A published message.
    message_received(text) = "a message: {text}";
    /// The number of keys that expired between two commands.
    one_key_expired() = "(1 key expired)";
    /// The number of keys that expired between two commands.
    keys_expired(number) = "({number} keys expired)";

    // What went over the wire (`render/wire.rs`).

    /// The sender and the receiver, for a screen reader. Other users see an arrow.
    sender_and_receiver(sender, receiver) = "{sender} to {receiver}";
    /// The reason why a client will not get a reply.
    no_reply(reason) = "nothing: {reason}";
    /// A client that is blocked and has no reply yet.
    no_reply_yet(command) = "nothing yet: {command} waits";
    /// The traffic of several round trips.
    traffic_total(commands, round_trips, sent, received) =
        "{commands}, {round_trips}, {sent} out, {received} in";
    /// Round trips that are only counted, not shown.
    more_traffic(ellipsis, round_trips, sent, received) = "{ellipsis} {round_trips}: {sent} out, {received} in";
    /// The traffic since the start of the step.
    traffic_so_far(total) = "So far: {total}.";

    // The line before a prompt (`render/status.rs`).

    /// The learner's place in a lesson.
    step_of_lesson(title, step, steps) = "{title}, step {step} of {steps}";
    /// The client at the prompt.
    as_client(name) = "as {name}";
    /// A transaction with its number of queued commands.
    transaction_queued(number) = "MULTI, {number} queued";
    /// The selected database.
    selected_database(number) = "database {number}";
    /// The time of the session's clock.
    utc_time(time) = "{time} UTC";
    /// The time of a clock that `:wait` has moved.
    utc_time_ahead(time, duration) = "{time} UTC, {duration} ahead";

    // Pictures of keys (`render/picture`).

    /// The heading of a picture: `user:1000: hash of 3 fields`.
    key_heading(key, kind, parts) = "{key}: {kind} of {parts}";
    /// The encoding and the size of a key; `data` is a number of bytes with its noun.
    key_footer(encoding, data, memory) = "OBJECT ENCODING: {encoding}. {data} of data, MEMORY USAGE: {memory}.";
    /// What the changes in a picture are relative to: the last change of the data.
    with_the_last_change() = "with the last change";
    /// What the changes in a picture are relative to: the start of the step.
    in_this_step() = "in this step";
    /// The remark for a key that did not exist before.
    new_key(when) = "new {when}";
    /// The remark for a key that had another type before.
    new_type(when, kind) = "new {when}: it held a {kind} before";
    /// The meaning of the mark for added parts.
    added_legend() = "+ added";
    /// The meaning of the mark for removed parts.
    removed_legend() = "- removed";
    /// The meaning of the mark for changed parts.
    changed_legend() = "~ changed";
    /// The meaning of the arrow for members that rose.
    rose_legend(arrow) = "{arrow} rose";
    /// The meaning of the arrow for members that fell.
    fell_legend(arrow) = "{arrow} fell";
    /// The meanings of the marks in a picture, followed by what they refer to.
    legend(marks, when) = "{marks} {when}";
    /// A time to live of at least two days.
    ttl_days(days) = "{days} days";
    /// The remaining time to live of a key.
    expires_in(left, whole) = "expires in {left} of {whole}";
    /// The old value of a part, which was replaced.
    was(value) = "was {value}";
    /// A value, followed by the value that it replaced.
    value_and_old_value(value, old) = "{value} (was {old})";
    /// A text that is too long to be shown whole.
    cut_text(text, bytes) = "{text} and {bytes} more bytes";
    /// The number of parts that are not shown.
    more_parts(number) = "{number} more";
    /// The number of bytes that are not shown.
    more_bytes(number) = "{number} more bytes";
    /// The column of the fields' names in a hash.
    field_column() = "field";
    /// The column of the fields' values in a hash.
    value_column() = "value";
    /// The column of the fields' times to live in a hash.
    expires_in_column() = "expires in";
    /// The column of the fields' times to live, where there is less room.
    expires_column() = "expires";
    /// The column of the ranks in descending order (ZREVRANK) in a sorted set.
    reverse_rank_column() = "rev";
    /// The column of the ranks (ZRANK) in a sorted set.
    rank_column() = "rank";
    /// The column of the members in a sorted set.
    member_column() = "member";
    /// The column of the scores in a sorted set.
    score_column() = "score";
    /// A member with the score of its neighbour.
    tie() = "tie";
    /// The left end of a list.
    list_head() = "head: LPUSH, LPOP";
    /// The right end of a list.
    list_tail() = "tail: RPUSH, RPOP";
    /// The range of the bars of a sorted set, if they do not begin at zero.
    bars_scale(from, dash, to) = "bars: {from} {dash} {to}, not from zero";
    /// The header of the bytes of a binary string.
    bits_header() = "byte  hex  bits, the first at the left";
    /// The bits of one byte.
    bit_range(from, dash, to) = "bits {from}{dash}{to}";
    /// The positions of the set bits.
    set_bits(positions) = "set: {positions}";
    /// The positions of the set bits in the bytes that are shown.
    set_bits_and_more(positions) = "set: {positions}, and more";
    /// The number of set bits, where their positions do not fit.
    set_bits_count(number) = "{number} bits are set";
    /// The number of set bits in the bytes that are shown.
    set_bits_count_and_more(number) = "{number} bits are set, and more";
    /// The sizes of the regions of two sets.
    set_operations(left, right, both, all) =
        "SDIFF: {left} at the left, {right} at the right. SINTER: {both}. SUNION: {all}.";
    /// The heading of the region of members that only one set has.
    only_in(set) = "only in {set}";
    /// The heading of the region of members that both sets have.
    in_both() = "in both";

    // Pictures of keys for a screen reader (`render/picture/spoken.rs`).

    /// The heading of a list.
    spoken_list_heading(heading) = "{heading}, from head to tail.";
    /// The heading of a set.
    spoken_set_heading(heading) = "{heading}, in no order.";
    /// The heading of a sorted set.
    spoken_ranking_heading(heading) = "{heading}, highest score first.";
    /// An empty string.
    spoken_empty_string() = "It is empty.";
    /// A string and its bytes.
    spoken_bytes(text, hex) = "{text}. Its bytes: {hex}.";
    /// A long string and its first bytes.
    spoken_bytes_and_more(text, hex, number) = "{text}. Its bytes: {hex} and {number} more.";
    /// The positions of the set bits of a binary string.
    spoken_set_bits(positions) = "Of the first bytes, these bits are set: {positions}.";
    /// The old value of a string, which was replaced.
    spoken_old_string(value) = "It was {value}.";
    /// The remaining time to live of a key.
    spoken_expires_in(left, whole) = "It expires in {left} of {whole}.";
    /// A part that was added.
    spoken_added() = ", added";
    /// A part that was removed.
    spoken_removed() = ", removed";
    /// The old value of a part, which was replaced.
    spoken_old_value(value) = ", was {value}";
    /// The two indices of a list element.
    spoken_indices(from_head, from_tail) = "{from_head} or {from_tail}: ";
    /// The two ranks of a member.
    spoken_ranks(from_top, from_bottom) = ", rank {from_top} from the top, {from_bottom} from the bottom";
    /// A member with a better rank than before.
    spoken_rose(ranks) = ", rose by {ranks}";
    /// A member with a worse rank than before.
    spoken_fell(ranks) = ", fell by {ranks}";
    /// A member with the score of its neighbour.
    spoken_tie() = ", a tie";
    /// The members that only one of the two sets has.
    spoken_only_in(set, number) = "Only in {set}: {number}.";
    /// The members that two sets share.
    spoken_in_both(left, right, number) = "In both {left} and {right}: {number}.";
    /// What the changes in a picture of two sets are relative to: the last change, or the start of the step.
    spoken_changes(when) = "Added and removed: {when}.";
}
