//! The tips of commands: what COMMAND INFO tells the clients of a cluster, in Redis 8.2. A tip says that the reply is not
//! determined by the data, to which nodes of a cluster a client sends the command, or how it combines their replies.

/// Returns the tips of a command, in the order of COMMAND INFO.
pub(super) fn tips(command: &str) -> &'static [&'static str] {
    match command {
        "CLIENT INFO" | "CLIENT LIST" | "DUMP" | "HPTTL" | "HRANDFIELD" | "HSCAN" | "HTTL" | "LASTSAVE" | "MIGRATE"
        | "OBJECT ENCODING" | "OBJECT FREQ" | "OBJECT IDLETIME" | "OBJECT REFCOUNT" | "PTTL" | "SPOP"
        | "SRANDMEMBER" | "SSCAN" | "TIME" | "TTL" | "XADD" | "XAUTOCLAIM" | "XCLAIM" | "XINFO CONSUMERS"
        | "XPENDING" | "XTRIM" | "ZRANDMEMBER" | "ZSCAN" => &["nondeterministic_output"],
        "LATENCY DOCTOR" | "LATENCY GRAPH" | "LATENCY HISTOGRAM" | "LATENCY HISTORY" | "LATENCY LATEST" => {
            &["nondeterministic_output", "request_policy:all_nodes", "response_policy:special"]
        }
        "FUNCTION STATS" | "INFO" | "MEMORY DOCTOR" | "MEMORY MALLOC-STATS" | "MEMORY STATS" => {
            &["nondeterministic_output", "request_policy:all_shards", "response_policy:special"]
        }
        "SCAN" => &["nondeterministic_output", "request_policy:special", "response_policy:special"],
        "COMMAND" | "COMMAND DOCS" | "COMMAND INFO" | "COMMAND LIST" | "FUNCTION LIST" | "HGETALL" | "HKEYS"
        | "HVALS" | "MODULE LIST" | "SDIFF" | "SINTER" | "SMEMBERS" | "SUNION" => &["nondeterministic_output_order"],
        "SLOWLOG GET" => &["request_policy:all_nodes", "nondeterministic_output"],
        "LATENCY RESET" => &["request_policy:all_nodes", "response_policy:agg_sum"],
        "SLOWLOG LEN" => &["request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"],
        "ACL DELUSER" | "ACL SAVE" | "ACL SETUSER" | "CLIENT SETINFO" | "CLIENT SETNAME" | "CONFIG RESETSTAT"
        | "CONFIG REWRITE" | "CONFIG SET" | "SCRIPT FLUSH" | "SCRIPT LOAD" | "SLOWLOG RESET" => {
            &["request_policy:all_nodes", "response_policy:all_succeeded"]
        }
        "KEYS" => &["request_policy:all_shards", "nondeterministic_output_order"],
        "SCRIPT EXISTS" => &["request_policy:all_shards", "response_policy:agg_logical_and"],
        "WAIT" | "WAITAOF" => &["request_policy:all_shards", "response_policy:agg_min"],
        "DBSIZE" => &["request_policy:all_shards", "response_policy:agg_sum"],
        "FLUSHALL" | "FLUSHDB" | "FUNCTION DELETE" | "FUNCTION FLUSH" | "FUNCTION LOAD" | "FUNCTION RESTORE"
        | "MEMORY PURGE" | "PING" => &["request_policy:all_shards", "response_policy:all_succeeded"],
        "FUNCTION KILL" | "SCRIPT KILL" => &["request_policy:all_shards", "response_policy:one_succeeded"],
        "RANDOMKEY" => &["request_policy:all_shards", "response_policy:special", "nondeterministic_output"],
        "MGET" => &["request_policy:multi_shard"],
        "DEL" | "EXISTS" | "TOUCH" | "UNLINK" => &["request_policy:multi_shard", "response_policy:agg_sum"],
        "MSET" => &["request_policy:multi_shard", "response_policy:all_succeeded"],
        _ => &[],
    }
}
