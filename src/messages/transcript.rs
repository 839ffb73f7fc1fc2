messages! {
    /// Printed to standard error if a client in a script waits for a key without a timeout and no other client can
    /// write it.
    script_blocked_forever() =
        "redis-tutor: the script is blocked forever, because no other client can write the key. It ends here.";
    /// Shown for a line of piped input that is not UTF-8. `position` is the position of a byte in the line, counted
    /// from 1.
    line_not_utf8(position, byte) = "This line is not UTF-8: its byte {position} is {byte}. It was left out.\n";
}
