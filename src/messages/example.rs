messages! {
    /// `:wait` with something that is not a duration.
    not_a_duration(text) = "`{text}` is not a duration. Try `:wait 30s` or `:wait 5m`.";
}
