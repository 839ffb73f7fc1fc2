//! The sentences of the command line: `cli`. Errors begin in lower case, as `redis-tutor: ` precedes them.

messages! {
    /// A file could not be read. `name` is its path, or `standard input`.
    cannot_read(name, error) = "{name} cannot be read: {error}";

    /// A file could not be written.
    cannot_write(path, error) = "{path} cannot be written: {error}";

    /// The name of standard input in messages.
    standard_input() = "standard input";

    /// A script with bytes that are not UTF-8.
    not_utf8(name, line, column, byte) =
        "{name}, line {line}, byte {column}: {byte} is not UTF-8. Save the file as UTF-8. Nothing has run so far.";

    /// The title of the picture of a script.
    picture_title(name) = "redis-tutor runs {name}";

    /// `man` with a name that is not a subcommand.
    no_such_command(name, commands) = "there is no command '{name}'. There are: {commands}.";

    /// The name or number of a lesson that does not exist. `suggestion` is `did_you_mean`, or empty.
    no_such_lesson(name, suggestion) = "there is no lesson '{name}'.{suggestion} `redis-tutor lessons` lists them.";

    /// A name that is close to the one that was given.
    did_you_mean(name) = " Did you mean '{name}'?";

    /// A step that the lesson does not have.
    no_such_step(lesson, step, steps) = "lesson '{lesson}' has no step '{step}'. It has: {steps}.";

    /// `--watch` without the path of a lesson file.
    watch_needs_a_file() = "--watch needs the file of a lesson: redis-tutor learn my-lesson.toml --watch";

    /// `serve` is ready.
    listening(address) = "redis-tutor: listening on {address}. Ctrl-C ends it.";

    /// `check` found a second lesson with the id of another.
    id_taken(id, other) =
        "the id \"{id}\" is already used by {other}: progress refers to ids, so give each lesson its own";

    /// `check` found a lesson with the id of a built-in lesson.
    id_of_built_in(id, other) =
        "{other} is built in and has the id \"{id}\" as well: with `--lessons` this file replaces it. \
         Give it an id of its own unless that is intended";

    /// A line of `check` that is advice rather than an error.
    advice(diagnostic) = "{diagnostic} (advice)";

    /// The last line of `check`.
    check_summary(lessons, tries, faults) = "{lessons}, {tries}, {faults}";

    /// A line in the list of lessons for a lesson that replaces a built-in one.
    replaces_built_in(id, path) = "{id} is {path}, in place of the lesson built in.";

    /// `new` with a path that cannot be a lesson file. `path` is a suggestion.
    not_a_lesson_file(path) =
        "a lesson file ends in .toml and has a name before it: redis-tutor new {path}";

    /// `new` with the path of a file that exists.
    file_exists(path) = "{path} already exists and stays as it is: give another name";

    /// `new` has written a lesson.
    new_lesson(path) = "\
{path} is a lesson of three steps, to be replaced by yours.
  redis-tutor check {path}          proves it
  redis-tutor learn {path} --watch  opens it, and again at each save
  redis-tutor transcript {path}     shows it as learners will see it";

    /// `transcript` of a lesson whose answers do not finish it.
    answers_do_not_finish(path) =
        "the answers did not reach the end of the lesson: redis-tutor check {path} tells where";

    /// `review` when the next task is due within a day.
    nothing_due_today() = "There is nothing to practise today; the next task comes up within a day.";

    /// `review` when the next task is due later.
    nothing_due_for_days(days) = "There is nothing to practise today; the next task comes up in {days} days.";

    /// `review` before any step is done.
    nothing_to_practise() =
        "There is nothing to practise yet: tasks come from the steps that you have done. \
         `redis-tutor` opens the first lesson.";

    /// `sheet` of a lesson that is not finished.
    lesson_not_finished(id) =
        "'{id}' is not finished yet, and its sheet comes at its end: redis-tutor learn {id}";

    /// `sheet` before any lesson is finished.
    no_lesson_finished() = "no lesson is finished yet, and a sheet comes at the end of each: redis-tutor learn";

    /// The first line of `doctor`.
    version_and_platform(version, system, architecture) = "redis-tutor {version} on {system}, {architecture}";

    /// The heading of `doctor` above the walls of the sandbox.
    sandbox_heading() = "The sandbox around Python:";

    /// A line of `doctor`: a wall that stands.
    wall_stands(wall) = "  yes  {wall}";

    /// A line of `doctor`: a wall that is missing.
    wall_missing(wall) = "  NO   {wall}";

    /// The last line of `doctor` if all walls stand.
    sandbox_complete() = "All walls stand: code in a lesson reaches nothing on this computer.";

    /// The last line of `doctor` if a wall is missing.
    sandbox_incomplete() =
        "Python itself still offers no files, no network and no programs, but a mistake in the interpreter could let \
         code out. Open only lessons of people whom you trust.";

    /// The progress file could not be read.
    cannot_read_progress(path, error) = "the progress file {path} cannot be read: {error}";

    /// The progress file was written by a newer version of the program.
    progress_is_newer(path) =
        "redis-tutor: {path} was written by a newer redis-tutor. It stays as it is; progress is not saved this time.";

    /// The progress file is damaged and could not be renamed.
    cannot_move_progress(path, error) = "the progress file {path} is damaged and cannot be moved: {error}";

    /// The progress file was damaged and has been renamed.
    progress_was_damaged(error, path) =
        "redis-tutor: the progress file was damaged ({error}). It is now {path}; you start afresh.";

    /// The progress file could not be written.
    cannot_save_progress(path, error) = "progress cannot be saved to {path}: {error}";
}
