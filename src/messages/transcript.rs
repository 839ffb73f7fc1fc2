messages! {
    /// A script on standard error: its client waits for a key without a timeout.
    script_blocked_forever() =
        "redis-tutor: the script is blocked forever, because no other client can write the key. It ends here.";
    /// A line of a pipe that cannot be decoded; `position` counts its bytes from 1.
    line_not_utf8(position, byte) = "This line is not UTF-8: its byte {position} is {byte}. It was left out.\n";
}
