messages! {
    // Headings (`render/mod.rs`).

    /// The number of a step, in the heading of its lesson.
    heading_step(number, steps) = "{number} of {steps}";
    /// The number of a task in a practice session, in the heading of its lesson.
    heading_practice(number, tasks) = "practice, {number} of {tasks}";
    /// The number of a fast-track task, in the heading of its lesson.
    heading_fast_track(number, tasks) = "fast track, {number} of {tasks}";
    /// The label for the summary of a lesson, in the heading of the lesson.
    heading_remember() = "to remember";
    /// The label for the cheat sheet of a lesson, in the heading of the lesson.
    heading_sheet() = "sheet";

    // Comparisons of two programs (`render/cost_comparison.rs`).

    /// The title of the chart that shows the bytes sent and received.
    wire_bytes_chart() = "Bytes over the wire, out and in";
    /// The title of the round-trip chart.
    round_trips_chart() = "Round trips";
    /// The title of the memory chart.
    memory_bytes_chart() = "Bytes of memory";
    /// The traffic of a program, such as `hash 3 commands in 1 round trip`.
    program_traffic(program, commands, round_trips) = "{program} {commands} in {round_trips}";
    /// The traffic of each program, if it is the same for all sizes of the data.
    traffic_each_time(programs) = "Each time: {programs}.";
    /// The traffic of each program for the largest size of the data. `size` is a count with its noun, such as `1,000
    /// fields`.
    traffic_at_size(size, programs) = "With {size}: {programs}.";

    // The list of lessons (`render/lesson_list.rs`).

    /// The state of a finished lesson in the list of lessons.
    lesson_finished() = "done";
    /// The state, in the list of lessons, of a lesson whose fast-track task the learner did without help.
    lesson_known() = "known";
    /// The state, in the list of lessons, of a lesson whose last step was skipped.
    lesson_skipped() = "skipped";
    /// The duration of a lesson, in the list of lessons.
    lesson_minutes(minutes) = "{minutes} min";
    /// How many of a lesson's steps are done, in the list of lessons.
    lesson_progress(done, steps) = "{done} of {steps}";
    /// The duration of a lesson, for a screen reader.
    lesson_minutes_spoken(minutes) = "{minutes} minutes";
    /// How many of a lesson's steps are done, for a screen reader.
    lesson_progress_spoken(done, steps) = "{done} of {steps} steps done";
    /// A lesson in the list of lessons, for a screen reader.
    lesson_spoken(id, title, state) = "{id}: {title}. {state}.";
    /// The lesson to do next, in the list of lessons for a screen reader.
    next_lesson_spoken(id, title, state) = "{id}: {title}. {state}, next.";

    // The turns of a race (`render/turn_lanes.rs`).

    /// Shown in place of a reply if the client's command blocks.
    turn_waits() = "waits";
    /// Shown in place of a reply if the client's program has ended with an error.
    program_ends(error) = "ends: {error}";

    // Timelines (`render/timeline.rs`).

    /// An event in the timeline: a command blocks.
    command_waits(command) = "{command} waits";
    /// An event in the timeline: a blocked command ends, as in `BLPOP waited 2 s, woken by main`.
    command_waited(command, duration, cause) = "{command} waited {duration}, {cause}";
    /// An event in the timeline: a client receives a published message.
    message_received(text) = "a message: {text}";
    /// An event in the timeline: one key expired between two commands.
    one_key_expired() = "(1 key expired)";
    /// An event in the timeline: several keys expired between two commands.
    keys_expired(number) = "({number} keys expired)";

    // The bytes that were sent over the wire (`render/wire.rs`).

    /// The sender and the receiver of bytes, for a screen reader. Other users see an arrow.
    sender_and_receiver(sender, receiver) = "{sender} to {receiver}";
    /// The reason why a client will not get a reply.
    no_reply(reason) = "nothing: {reason}";
    /// Shown for a client that is blocked and has not received its reply yet.
    no_reply_yet(command) = "nothing yet: {command} waits";
    /// The total traffic of several round trips.
    traffic_total(commands, round_trips, sent, received) =
        "{commands}, {round_trips}, {sent} out, {received} in";
    /// The traffic of round trips that are counted but not shown.
    more_traffic(ellipsis, round_trips, sent, received) = "{ellipsis} {round_trips}: {sent} out, {received} in";
    /// The traffic since the wire log was last cleared.
    traffic_so_far(total) = "So far: {total}.";

    // The line before a prompt (`render/status.rs`).

    /// The learner's position in a lesson.
    step_of_lesson(title, step, steps) = "{title}, step {step} of {steps}";
    /// The client at the prompt.
    as_client(name) = "as {name}";
    /// The number of commands that are queued in a transaction.
    transaction_queued(number) = "MULTI, {number} queued";
    /// The selected database.
    selected_database(number) = "database {number}";
    /// The current time of the session's clock.
    utc_time(time) = "{time} UTC";
    /// The current time of the session's clock, and how far `:wait` has moved it ahead.
    utc_time_ahead(time, duration) = "{time} UTC, {duration} ahead";

    // Pictures of keys (`render/picture`).

    /// The heading of a picture, such as `user:1000: hash of 3 fields`.
    key_heading(key, kind, parts) = "{key}: {kind} of {parts}";
    /// The encoding and the size of a key. `data` is a number of bytes with its noun.
    key_footer(encoding, data, memory) = "OBJECT ENCODING: {encoding}. {data} of data, MEMORY USAGE: {memory}.";
    /// The `when` argument of messages for a picture that marks what the last change to the data has changed.
    with_the_last_change() = "with the last change";
    /// The `when` argument of messages for a picture that marks what has changed since the start of the step.
    in_this_step() = "in this step";
    /// The note on a key that did not exist before the changes that the picture marks. `when` is `with_the_last_change`
    /// or `in_this_step`.
    new_key(when) = "new {when}";
    /// The note on a key that had another type before the changes that the picture marks. `when` is
    /// `with_the_last_change` or `in_this_step`.
    new_type(when, kind) = "new {when}: it held a {kind} before";
    /// The legend entry for parts of a key that were added.
    added_legend() = "+ added";
    /// The legend entry for parts of a key that were removed.
    removed_legend() = "- removed";
    /// The legend entry for parts of a key that were changed.
    changed_legend() = "~ changed";
    /// The legend entry for members of a sorted set that rose in rank.
    rose_legend(arrow) = "{arrow} rose";
    /// The legend entry for members of a sorted set that fell in rank.
    fell_legend(arrow) = "{arrow} fell";
    /// The legend of a picture. `marks` explains its marks, and `when` is `with_the_last_change` or `in_this_step`.
    legend(marks, when) = "{marks} {when}";
    /// A time to live of two days or more.
    ttl_days(days) = "{days} days";
    /// The remaining time to live of a key.
    expires_in(left, whole) = "expires in {left} of {whole}";
    /// The previous value of a field or element whose value has changed.
    was(value) = "was {value}";
    /// A value, followed by its previous value.
    value_and_old_value(value, old) = "{value} (was {old})";
    /// A string that is too long to be shown in full.
    cut_text(text, bytes) = "{text} and {bytes} more bytes";
    /// The number of fields, members or elements that a picture leaves out.
    more_parts(number) = "{number} more";
    /// The number of bytes that a picture leaves out.
    more_bytes(number) = "{number} more bytes";
    /// The header of the field-name column in the picture of a hash.
    field_column() = "field";
    /// The header of the value column in the picture of a hash.
    value_column() = "value";
    /// The header of the time-to-live column in the picture of a hash.
    expires_in_column() = "expires in";
    /// A short header of the time-to-live column, for a narrow picture of a hash.
    expires_column() = "expires";
    /// The header of the column of descending ranks (ZREVRANK) in the picture of a sorted set.
    reverse_rank_column() = "rev";
    /// The header of the rank column (ZRANK) in the picture of a sorted set.
    rank_column() = "rank";
    /// The header of the column of IDs in the picture of a stream.
    entry_id_column() = "ID";
    /// The header of the column of fields and values in the picture of a stream.
    entry_fields_column() = "fields";
    /// How far a consumer group has read, in the picture of a stream.
    stream_group(group, last_id, lag, pending) =
        "group {group}: read up to {last_id}, {lag} still to read, {pending} not acknowledged";
    /// How far a consumer group has read, if Redis cannot tell how much is left.
    stream_group_without_lag(group, last_id, pending) =
        "group {group}: read up to {last_id}, {pending} not acknowledged";
    /// A consumer that has acknowledged everything.
    consumer_without_pending(consumer) = "{consumer}: nothing to acknowledge";
    /// A consumer and the entries that it has not acknowledged.
    consumer_pending(consumer, entries) = "{consumer}: {entries}";
    /// An entry that was delivered and not acknowledged.
    pending_entry(id, deliveries, idle) = "{id} (delivered {deliveries}, {idle} ago)";
    /// An entry that was delivered and not acknowledged, and has since been deleted from the stream.
    pending_deleted_entry(id, deliveries, idle) = "{id} (deleted; delivered {deliveries}, {idle} ago)";
    /// The header of the member column in the picture of a sorted set.
    member_column() = "member";
    /// The header of the score column in the picture of a sorted set.
    score_column() = "score";
    /// The remark on a member that has the same score as the member above or below it.
    tie() = "tie";
    /// The label of the left end of a list.
    list_head() = "head: LPUSH, LPOP";
    /// The label of the right end of a list.
    list_tail() = "tail: RPUSH, RPOP";
    /// The range of the bars in the picture of a sorted set, if they do not begin at zero.
    bars_scale(from, dash, to) = "bars: {from} {dash} {to}, not from zero";
    /// The header of the byte table in the picture of a binary string.
    bits_header() = "byte  hex  bits, the first at the left";
    /// The label of the bits of one byte.
    bit_range(from, dash, to) = "bits {from}{dash}{to}";
    /// The positions of the set bits of a binary string.
    set_bits(positions) = "set: {positions}";
    /// The positions of the set bits in the part of a binary string that is shown.
    set_bits_and_more(positions) = "set: {positions}, and more";
    /// The number of set bits, if there is no room for their positions.
    set_bits_count(number) = "{number} bits are set";
    /// The number of set bits in the part of a binary string that is shown, if there is no room for their positions.
    set_bits_count_and_more(number) = "{number} bits are set, and more";
    /// The estimate of a HyperLogLog.
    estimate(number) = "HyperLogLog: about {number} different elements (standard error 0.81%)";
    /// The estimate of a HyperLogLog, and the one before the change.
    estimate_and_old_estimate(number, old) =
        "HyperLogLog: about {number} different elements, was {old} (standard error 0.81%)";
    /// The registers of a HyperLogLog in the sparse encoding.
    sparse_registers(used, all) = "sparse: {used} of {all} registers are in use, runs of empty ones take 1 or 2 bytes";
    /// The registers of a HyperLogLog in the dense encoding.
    dense_registers(used, all) = "dense: {used} of {all} registers are in use, each takes 6 bits";
    /// The header of the column with the runs of zero bits in the picture of a HyperLogLog.
    zeros_column() = "zero bits";
    /// The header of the column with the number of registers in the picture of a HyperLogLog.
    registers_column() = "registers";
    /// The meaning of the mark for several members at nearly the same place on a map.
    several_places(mark) = "{mark} several members";
    /// The sizes of the regions in the picture that compares two sets.
    set_operations(left, right, both, all) =
        "SDIFF: {left} at the left, {right} at the right. SINTER: {both}. SUNION: {all}.";
    /// The heading of the region for members that are in only one of the two sets.
    only_in(set) = "only in {set}";
    /// The heading of the region for members that are in both sets.
    in_both() = "in both";

    // Pictures of keys for a screen reader (`render/picture/spoken.rs`).

    /// The heading of a list, for a screen reader.
    spoken_list_heading(heading) = "{heading}, from head to tail.";
    /// The heading of a set, for a screen reader.
    spoken_set_heading(heading) = "{heading}, in no order.";
    /// The heading of a sorted set, for a screen reader.
    spoken_ranking_heading(heading) = "{heading}, highest score first.";
    /// The heading of a stream, for a screen reader.
    spoken_stream_heading(heading) = "{heading}, oldest first.";
    /// The heading of a sorted set of places, for a screen reader.
    spoken_map_heading(heading) = "{heading}, places on a map.";
    /// How many registers of a HyperLogLog have seen a run of zero bits, for a screen reader.
    spoken_registers(zeros, number) = "{zeros} zero bits: {number} registers";
    /// The description of an empty string, for a screen reader.
    spoken_empty_string() = "It is empty.";
    /// A string and its bytes, for a screen reader.
    spoken_bytes(text, hex) = "{text}. Its bytes: {hex}.";
    /// A long string and its first bytes, for a screen reader.
    spoken_bytes_and_more(text, hex, number) = "{text}. Its bytes: {hex} and {number} more.";
    /// The positions of the set bits of a binary string, for a screen reader.
    spoken_set_bits(positions) = "Of the first bytes, these bits are set: {positions}.";
    /// The previous value of a string, for a screen reader.
    spoken_old_string(value) = "It was {value}.";
    /// The remaining time to live of a key, for a screen reader.
    spoken_expires_in(left, whole) = "It expires in {left} of {whole}.";
    /// The remark on a field, member or element that was added, for a screen reader.
    spoken_added() = ", added";
    /// The remark on a field, member or element that was removed, for a screen reader.
    spoken_removed() = ", removed";
    /// The remark on a changed value that gives the previous value, for a screen reader.
    spoken_old_value(value) = ", was {value}";
    /// The two indices of a list element, for a screen reader.
    spoken_indices(from_head, from_tail) = "{from_head} or {from_tail}: ";
    /// The two ranks of a member, for a screen reader.
    spoken_ranks(from_top, from_bottom) = ", rank {from_top} from the top, {from_bottom} from the bottom";
    /// The remark on a member that has risen, for a screen reader.
    spoken_rose(ranks) = ", rose by {ranks}";
    /// The remark on a member that has fallen, for a screen reader.
    spoken_fell(ranks) = ", fell by {ranks}";
    /// The remark on a member that has the same score as the member above or below it, for a screen reader.
    spoken_tie() = ", a tie";
    /// The number of members that only one of the two sets has, for a screen reader.
    spoken_only_in(set, number) = "Only in {set}: {number}.";
    /// The number of members that both sets have, for a screen reader.
    spoken_in_both(left, right, number) = "In both {left} and {right}: {number}.";
    /// The note that says in which period the members of two sets were added and removed, for a screen reader.
    spoken_changes(when) = "Added and removed: {when}.";
}
