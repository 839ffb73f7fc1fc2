//! Families of commands that are often mistaken for each other, with the effect of each command.

use crate::messages::effects;

/// A command in a family, with a function that returns the description of its effect.
pub type Member = (&'static str, fn() -> String);

/// All families of commands. A command can belong to several families, and have a different effect in each.
pub const FAMILIES: &[&[Member]] = &[
    &[("ZRANGE", effects::ranges_from_lowest_score), ("ZREVRANGE", effects::ranges_from_highest_score)],
    &[("ZRANK", effects::counts_from_lowest_score), ("ZREVRANK", effects::counts_from_highest_score)],
    &[("ZRANGEBYSCORE", effects::ranges_upwards), ("ZREVRANGEBYSCORE", effects::ranges_downwards)],
    &[("ZPOPMIN", effects::pops_lowest_score), ("ZPOPMAX", effects::pops_highest_score)],
    &[("ZADD", effects::sets_score), ("ZINCRBY", effects::adds_to_score)],
    &[("ZCARD", effects::counts_all_members), ("ZCOUNT", effects::counts_between_scores)],
    &[("ZRANK", effects::returns_rank), ("ZSCORE", effects::returns_score)],
    &[("LPUSH", effects::pushes_left), ("RPUSH", effects::pushes_right)],
    &[("LPOP", effects::pops_left), ("RPOP", effects::pops_right)],
    &[("BLPOP", effects::pops_left), ("BRPOP", effects::pops_right)],
    &[("LPOP", effects::replies_at_once), ("BLPOP", effects::waits_for_element)],
    &[("RPOP", effects::replies_at_once), ("BRPOP", effects::waits_for_element)],
    &[("LRANGE", effects::reads_range), ("LTRIM", effects::trims_to_range)],
    &[("HSET", effects::overwrites_field), ("HSETNX", effects::keeps_existing_field)],
    &[("HSET", effects::writes_sent_value), ("HINCRBY", effects::lets_redis_add)],
    &[
        ("HGET", effects::reads_one_field),
        ("HGETALL", effects::reads_all_fields),
        ("HMGET", effects::reads_named_fields),
        ("HVALS", effects::reads_values_only),
        ("HKEYS", effects::reads_names_only),
        ("HLEN", effects::counts_fields),
        ("MGET", effects::reads_string_keys),
    ],
    &[("HMGET", effects::reads_fields_of_a_hash), ("MGET", effects::reads_string_keys)],
    &[("HEXISTS", effects::looks_up_field), ("HGET", effects::reads_one_field)],
    &[("DEL", effects::deletes_keys), ("HDEL", effects::deletes_field)],
    &[("SET", effects::overwrites_key), ("SETNX", effects::keeps_existing_key), ("APPEND", effects::appends)],
    &[("SET", effects::writes_sent_value), ("INCRBY", effects::lets_redis_add)],
    &[("GET", effects::reads_and_keeps_key), ("GETDEL", effects::reads_and_deletes_key)],
    &[("GET", effects::reads_one_key), ("MGET", effects::reads_several_keys)],
    &[("INCRBY", effects::adds), ("DECRBY", effects::subtracts)],
    &[("TTL", effects::counts_in_seconds), ("PTTL", effects::counts_in_milliseconds)],
    &[("EXPIRE", effects::counts_in_seconds), ("PEXPIRE", effects::counts_in_milliseconds)],
    &[("SETEX", effects::counts_in_seconds), ("PSETEX", effects::counts_in_milliseconds)],
    &[("EXPIRE", effects::sets_expiry), ("PERSIST", effects::removes_expiry)],
    &[("SINTER", effects::intersects), ("SUNION", effects::unites), ("SDIFF", effects::subtracts_sets)],
    &[("SADD", effects::adds_members), ("SREM", effects::removes_members)],
    &[
        ("SMEMBERS", effects::returns_all_members),
        ("SISMEMBER", effects::looks_up_member),
        ("SCARD", effects::counts_members),
        ("SRANDMEMBER", effects::keeps_random_member),
    ],
    &[
        ("SINTERCARD", effects::counts_common_members),
        ("SINTER", effects::intersects),
        ("SUNION", effects::unites),
        ("SCARD", effects::counts_members),
    ],
    &[("ZCOUNT", effects::counts_between_scores), ("ZRANGEBYSCORE", effects::returns_between_scores)],
    &[("ZRANGEBYSCORE", effects::returns_between_scores), ("ZREMRANGEBYSCORE", effects::removes_between_scores)],
    &[("ZRANGE", effects::returns_between_ranks), ("ZREMRANGEBYRANK", effects::removes_between_ranks)],
    &[("LLEN", effects::counts_elements), ("LRANGE", effects::returns_elements)],
    &[("RPUSH", effects::pushes_right), ("APPEND", effects::appends_to_string)],
    &[("RPUSH", effects::keeps_in_list), ("LPUSH", effects::keeps_in_list), ("PUBLISH", effects::publishes)],
    &[
        ("EXISTS", effects::says_whether_key_exists),
        ("GET", effects::reads_one_key),
        ("TTL", effects::returns_time_left),
    ],
    &[
        ("ZRANGE", effects::takes_ranks),
        ("ZREVRANGE", effects::takes_ranks_from_top),
        ("ZRANGEBYSCORE", effects::takes_scores),
        ("ZREVRANGEBYSCORE", effects::takes_scores_downwards),
    ],
    &[("PERSIST", effects::removes_expiry), ("DEL", effects::deletes_keys)],
    &[("SPOP", effects::takes_random_member), ("SRANDMEMBER", effects::keeps_random_member)],
];

/// Returns the effects of two commands that belong to the same family, each as a clause. Returns `None` if they have no
/// family in common.
pub fn effects_of(a: &str, b: &str) -> Option<(String, String)> {
    FAMILIES.iter().find_map(|family| {
        let effect = |name: &str| family.iter().find(|(known, _)| *known == name).map(|(_, effect)| effect());
        effect(a).zip(effect(b))
    })
}

/// Returns whether two commands belong to the same family.
pub fn are_related(a: &str, b: &str) -> bool {
    FAMILIES.iter().any(|family| [a, b].iter().all(|name| family.iter().any(|(known, _)| known == name)))
}

#[cfg(test)]
mod tests {
    use redis_engine::commands;

    use super::*;

    #[test]
    fn commands_of_the_families_are_commands() {
        for (name, _) in FAMILIES.iter().copied().flatten() {
            assert!(commands::by_name(name).is_some(), "{name}");
        }
    }
}
