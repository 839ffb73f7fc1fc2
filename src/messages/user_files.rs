//! Messages about the learner's files (`user_files`). The reasons are inserted at the end of messages such as
//! `cannot_read_progress`.

messages! {
    /// Shown as the reason why a path was rejected: it is a folder.
    is_a_folder() = "it is a folder, not a file";

    /// Shown as the reason why a path was rejected: it is a pipe.
    is_a_pipe() = "it is a pipe, not a file";

    /// Shown as the reason why a path was rejected: it is a device, such as `/dev/null`.
    is_a_device() = "it is a device, not a file";

    /// Shown as the reason why a path was rejected: it is a socket or another file that is not a regular file.
    is_no_file() = "it is not a regular file";

    /// Shown as the reason why a path was rejected: it leads through too many symbolic links.
    too_many_links() = "its symbolic links lead in a circle";

    /// Shown as the reason why a file was not read: it is larger than `limit`.
    too_large(limit) = "it is larger than {limit}";

    /// A size, as the `limit` of `too_large`.
    mebibytes(number) = "{number} MiB";

    /// Shown as the reason why a file was not read: it is not UTF-8, because it is binary or in another encoding.
    not_utf8() = "it is not UTF-8";

    /// Shown as the reason why a file was not written: the disk is full, or the learner's quota is used up.
    disk_is_full() = "the disk is full";

    /// Shown as the reason why a file was not written: its file system is mounted without write access.
    disk_is_read_only() = "the disk is read-only";

    /// Shown as the reason why a file was not written: it would exceed a size limit of the system (`ulimit -f`) or of
    /// the file system.
    file_size_is_limited() = "the system does not allow a file of that size";

    /// Shown as the reason why a file was not read or written: the permissions of the file or of its folder forbid it.
    no_permission() = "you have no permission for that";

    /// Shown as the reason why a file was not written: another session has held its lock for too long.
    in_use() = "another redis-tutor has been writing it for too long";

    /// Shown as the reason why a file was not written: its lock file could not be opened or locked.
    lock_not_opened(path, reason) = "its lock file {path} cannot be used: {reason}";

    /// Shown as the reason why progress was not saved: a newer version of the program has written the file during this
    /// session.
    newer_meanwhile() = "a newer redis-tutor has written it, and it stays as it is";

    /// Shown as the reason why progress was not read or saved: the user has named a file that is not a progress file.
    not_a_progress_file() = "it is not a progress file of redis-tutor, and stays as it is";

    /// Shown by a command that only reads progress, if the file is damaged.
    progress_is_damaged(path, error) =
        "redis-tutor: the progress file {path} is damaged ({error}). The next lesson renames it and starts afresh.";

    /// Shown as the reason why progress was not read: the file is damaged and could not be renamed.
    damaged_and_not_moved(reason) = "it is damaged and cannot be renamed: {reason}";

    /// Shown the first time in a session that progress cannot be saved. The message is Markdown.
    progress_not_saved(path, reason) =
        "Your progress cannot be saved to {path}: {reason}. You can go on. Saving is tried again after each step; \
         `--no-progress` goes without.";

    /// Shown when progress is saved after `progress_not_saved` was shown. The message is Markdown.
    progress_saved_again() = "Your progress is saved again.";

    /// Shown at the end of a session whose progress could not be saved.
    progress_still_not_saved(path, reason) =
        "the progress since the last save is lost, because {path} cannot be written: {reason}. \
         What was saved before is still there.";

    /// Shown if the progress file was damaged during a session and has been renamed. The message is Markdown.
    progress_set_aside(path) =
        "Something has damaged your progress file. It is now {path}, and a new one holds what this session knows.";

    /// Shown the first time in a session that the input history cannot be saved. The message is Markdown.
    history_not_saved(path, reason) =
        "What you type cannot be added to {path}: {reason}. You can go on. \
         The arrow keys still recall it, and saving is tried again with each line.";

    /// Shown if the progress file cannot be read. Begins in lower case, because `redis-tutor: ` precedes it.
    cannot_read_progress(path, reason) =
        "the progress file {path} cannot be read: {reason}. \
         `--progress FILE` names another file, and `--no-progress` uses none.";

    /// Shown if a newer version of the program wrote the progress file.
    progress_is_newer(path) =
        "redis-tutor: {path} was written by a newer redis-tutor. It stays as it is; progress is not saved this time.";

    /// Shown if the progress file was damaged and has been renamed.
    progress_was_damaged(error, path) =
        "redis-tutor: the progress file was damaged ({error}). It is now {path}; you start afresh.";
}
