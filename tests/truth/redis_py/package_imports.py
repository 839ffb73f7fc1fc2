from redis.typing import KeyT, FieldT, EncodableT, ResponseT, Number, ExpiryT, AbsExpiryT, StreamIdT, ChannelT, PatternT, Subscription
Number.__args__, ExpiryT.__args__[0], KeyT == ChannelT
def store(key: KeyT, value: EncodableT, ttl: ExpiryT = 60) -> ResponseT: return r.set(key, value, ex=ttl)

store('k', 'v')
from redis.commands.core import Script, CoreCommands, BasicKeyCommands, DataAccessCommands, ACLCommands, list_or_args
from redis.commands import AsyncCoreCommands, RedisModuleCommands, SentinelCommands
from redis.commands.helpers import list_or_args, nativestr, delist, parse_to_list, random_string, decode_dict_keys, at_most_one_value_set
list_or_args('a', ['b']), list_or_args(['a', 'b'], ['c']), list_or_args(1, None), list_or_args(b'a', ()), list_or_args({'a': 1}, [])
nativestr(b'a'), nativestr('null'), nativestr(1), delist([b'a', 'b']), delist(None), parse_to_list([b'1', b'1.5', b'x', None, 2.5, b'nan', b'null'])
parse_to_list(None), len(random_string()), len(random_string(3)), decode_dict_keys({b'a': 1, 'b': 2}), at_most_one_value_set([1, 0, '']), at_most_one_value_set([1, 1])
from redis.utils import HIREDIS_AVAILABLE, SSL_AVAILABLE, CRYPTOGRAPHY_AVAILABLE, str_if_bytes, safe_str, dict_merge, list_keys_to_dict, merge_result, from_url, compare_versions, ensure_string, truncate_text
HIREDIS_AVAILABLE, CRYPTOGRAPHY_AVAILABLE, str_if_bytes(b'\xff'), safe_str(1), dict_merge({'a': 1}, {'b': 2}, {'a': 3}), list_keys_to_dict(['a', 'b'], 0)
sorted(merge_result('KEYS', {'n1': [1, 2], 'n2': [2, 3]})), compare_versions('1.2', '1.10'), compare_versions('2', '1.9.9'), compare_versions('1.0.0', '1'), ensure_string(b'a'), ensure_string('b'), truncate_text('a b ' * 50, 20)
ensure_string(1)
from redis.connection import to_bool, parse_url, FALSE_STRINGS, URL_QUERY_ARGUMENT_PARSERS, Encoder
[to_bool(value) for value in ('', None, 'no', 'False', '0', 'n', 'yes', '1', 1, 0, 'off')], FALSE_STRINGS, sorted(URL_QUERY_ARGUMENT_PARSERS)
parse_url('redis://u:p@h:1/2?socket_timeout=1.5')['socket_timeout']
from redis._parsers import Encoder, CommandsParser, _RESP2Parser, _RESP3Parser, BaseParser
Encoder('utf-8', 'strict', True).encode(1.5), Encoder('utf-8', 'strict', True).decode(b'x')
Encoder('utf-8', 'strict', True).encode(None)
from redis._parsers.encoders import Encoder
from redis.cluster import ClusterNode, RedisCluster, key_slot, PRIMARY, REPLICA
ClusterNode('localhost', 6379), ClusterNode('h', 1, 'primary') == ClusterNode('h', 1), {ClusterNode('h', 1), ClusterNode('h', 1)} == {ClusterNode('h', 1)}, PRIMARY, REPLICA
from redis.crc import key_slot, REDIS_CLUSTER_HASH_SLOTS
key_slot(b'foo'), key_slot(b'{user}.a') == key_slot(b'{user}.b') == key_slot(b'user'), key_slot(b'{}a'), key_slot(b'a{b'), key_slot(b'foo', 10), REDIS_CLUSTER_HASH_SLOTS
from redis.retry import Retry, AbstractRetry
from redis.backoff import ExponentialBackoff, NoBackoff, ConstantBackoff, FullJitterBackoff, EqualJitterBackoff, DecorrelatedJitterBackoff, ExponentialWithJitterBackoff, AbstractBackoff, default_backoff, DEFAULT_BASE, DEFAULT_CAP
ExponentialBackoff().compute(3), ConstantBackoff(2).compute(9), NoBackoff().compute(1), DEFAULT_BASE, DEFAULT_CAP
from redis.exceptions import ClusterError, AskError, MovedError, NoPermissionError, ModuleError, LockNotOwnedError, TryAgainError, NoScriptError
issubclass(MovedError, AskError), issubclass(LockNotOwnedError, redis.exceptions.LockError)
from redis.sentinel import Sentinel, MasterNotFoundError, SlaveNotFoundError, ReplicaNotFoundError, SentinelConnectionPool
issubclass(MasterNotFoundError, redis.ConnectionError)
from redis.client import NEVER_DECODE, EMPTY_RESPONSE, CaseInsensitiveDict, Pipeline, PubSub, Monitor, AbstractRedis, bool_ok, str_if_bytes, list_or_args
d = CaseInsensitiveDict({'Get': 1}); d['SET'] = 2; d.update({'del': 3}); sorted(d.items()), d['get'], 'set' in d, d.get('nope'), d.get('DEL')
from redis.credentials import CredentialProvider, UsernamePasswordCredentialProvider, StreamingCredentialProvider
from redis.commands.search.query import Query
from redis.commands.search.field import TextField, NumericField, TagField
from redis.commands.json.path import Path
from redis.commands.timeseries import TimeSeries
from redis.cache import CacheConfig
from redis.lock import Lock
from redis.nothing import Thing
from redis.client import Nothing
redis.client.nothing
redis.nothing
