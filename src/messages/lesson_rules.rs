//! The messages to authors about a lesson's file, before anything in it runs. The texts are plain.

messages! {
    // Lessons and steps.
    unknown_format(format, known) = "format {format} is not known here: write format = {known}";
    no_steps() = "a lesson needs a step: add [[step]]";
    same_step_id(id) = "two steps have the id \"{id}\": progress refers to it, so name them apart";
    bad_lesson_id(id) = "the lesson's id is \"{id}\": write small letters, digits and hyphens, a letter first";
    bad_step_id(id) = "a step's id is \"{id}\": write small letters, digits and hyphens, a letter first";
    no_kind(id, kinds) = "step \"{id}\" has none: give it exactly one of {kinds}";
    several_kinds(id, given, kinds) = "step \"{id}\" has {given}: give it exactly one of {kinds}";
    no_answer(id) = "step \"{id}\" has no answer: add answer = \"…\", what a learner types to do it";
    no_expectation(id) =
        "step \"{id}\" expects nothing, so anything would pass: add [step.expect] with state, reply or output";
    key_of_tasks(id, key) = "step \"{id}\" has {key}, which only task and explore use: take it out";
    tutor_command_in_predict() =
        "`predict` runs unseen before the learner answers, so commands to the tutor have no place in it";
    bad_options(id, options, correct) =
        "step \"{id}\" has {options} options, {correct} of them correct: give at least two, and one with correct = true";
    mistake_always_fits() =
        "this mistake fits everything: say when it is made, by error, uses, lacks, reply, output or state";
    too_many_hints(most) = "a step has at most {most} hints: take the weakest out";
    hint_gives_answer_away() = "this hint gives the answer away: only the last one may";
    unknown_command(name) =
        "\"{name}\" is no Redis command: write its name, as in HINCRBY or OBJECT ENCODING.";
    misspelt_command(name, suggestion) =
        "\"{name}\" is no Redis command: write its name, as in HINCRBY or OBJECT ENCODING. Did you mean {suggestion}?";

    // Texts.
    empty_say(id) = "step \"{id}\" says nothing: tell what there is to know before";
    mark_not_closed(mark, line) = "{mark} is opened and not closed: {line}";

    // Comparisons.
    nothing_grows(of) = "`of` says what `n` counts, \"{of}\", but nothing grows: add grow = [10, 100, 1000]";
    bad_sizes(sizes, least, most) =
        "grow is {sizes}: give two sizes or more, smallest first, of {least} to {most}";
    no_of() = "the learner can't know what grows: add of = \"fields\", what `n` counts";
    n_not_used() = "neither `setup` nor a `run` uses `n`, so nothing grows: use it, or take `grow` out";
    clients_without_holds() =
        "clients = … has each side run by several at once, and no side says what the data then holds: add holds = {{ run = \"…\", reply = \"…\" }}";
    one_side_holds() = "one side has `holds` and the other has not: a table of lost updates needs both";
    holds_and_grow() = "`holds` counts lost updates for one size of data: take it out, or `grow`";

    // Races.
    bad_number_of_racers(count) =
        "a race is between two or three clients, and this one has {count}: give each a [[step.race.client]]";
    bad_racer_name(name) =
        "a client of a race is called \"{name}\": write small letters, digits and hyphens, a letter first; each its own name, and none of all, again, tutor";
    first_racer_runs_nothing() =
        "the first client of the race runs nothing: add run = \"…\"; those after it without one run the same";
    bad_loses(loses) =
        "loses is \"{loses}\": write it as \"4 of 6\", bad orders of all; `check` tells the numbers";
    bad_number_of_clients(count) = "clients = {count}: two or three can race";
    tutor_command_in_race(line) = "\"{line}\" is a command to the tutor, and has no place in a race";

    // Advice.
    no_hints(id) = "step \"{id}\" has no hints: who is stuck has only the answer. Add hints = [\"…\"]";
    asks_for_memory(id) =
        "step \"{id}\" asks for MEMORY USAGE, and its table will show the bytes of the question. `compare` counts by itself what a program adds to the memory: let each `run` make its data";
    say_too_long(id, lines, most) = "`say` of step \"{id}\" has {lines} lines: tell less at once, {most} at most";
    line_too_wide(id, width, line, most) =
        "step \"{id}\" has a line of {width} columns that cannot be broken: {line}. Make it {most} at most";
}
