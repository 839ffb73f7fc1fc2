"""The public names of the modules of redis-py 8.1. Written by scripts/record_package_names.py.

`name()` is a function, `name!` an exception, `name=value` a constant, and all others are classes. The names
after `@module` are those of another module.
"""

SKIPPED = (
    "redis.asyncio.http",
    "redis.asyncio.maint_notifications",
    "redis.asyncio.multidb",
    "redis.asyncio.observability",
    "redis.auth",
    "redis.background",
    "redis.event",
    "redis.himport",
    "redis.http",
    "redis.multidb",
    "redis.observability",
    "redis.ocsp",
)

NAMES = {
    'redis._defaults': (
        "DEFAULT_RETRY_CAP=1 DEFAULT_RETRY_COUNT=10 DEFAULT_SOCKET_CONNECT_TIMEOUT=5 DEFAULT_SOCKET_READ_SIZE=32768 "
        "DEFAULT_SOCKET_TIMEOUT=5 get_default_socket_keepalive_options()"
    ),
    'redis._himport_exec': (
        "drain_pipeline_prepares() execute_set() pipeline_prepares() prepare_and_set() prepare_pipeline() "
        "prepare_wire_commands() reconcile_discards() @redis.exceptions NoSuchFieldsetError ResponseError"
    ),
    'redis._parsers': (
        "@redis._parsers.base AsyncPushNotificationsParser BaseParser PushNotificationsParser _AsyncRESPBase "
        "@redis._parsers.commands AsyncCommandsParser CommandsParser @redis._parsers.encoders Encoder "
        "@redis._parsers.hiredis _AsyncHiredisParser _HiredisParser @redis._parsers.resp2 _AsyncRESP2Parser "
        "_RESP2Parser @redis._parsers.resp3 _AsyncRESP3Parser _RESP3Parser"
    ),
    'redis._parsers.base': (
        "AsyncBaseParser AsyncPushNotificationsParser BaseParser MaintenanceNotificationsParser "
        "PushNotificationsParser _AsyncRESPBase @redis._parsers.encoders Encoder @redis._parsers.socket SocketBuffer "
        "@redis.exceptions AskError AuthenticationError AuthenticationWrongNumberOfArgsError BusyLoadingError "
        "ClusterCrossSlotError ClusterDownError ConnectionError ExecAbortError ExternalAuthProviderError "
        "MasterDownError ModuleError MovedError NoPermissionError NoScriptError NoSuchFieldsetError OutOfMemoryError "
        "ReadOnlyError ResponseError TryAgainError @redis.maint_notifications MaintenanceNotification "
        "NodeFailedOverNotification NodeFailingOverNotification NodeMigratedNotification NodeMigratingNotification "
        "NodeMovingNotification OSSNodeMigratedNotification OSSNodeMigratingNotification"
    ),
    'redis._parsers.commands': (
        "AbstractCommandsParser AsyncCommandsParser CommandPolicies CommandsParser RequestPolicy ResponsePolicy "
        "TYPE_CHECKING=False @redis.exceptions IncorrectPolicyType RedisError ResponseError"
    ),
    'redis._parsers.encoders': (
        "Encoder @redis.exceptions DataError"
    ),
    'redis._parsers.helpers': (
        "bool_ok() bzpop_score_resp3_to_resp2_legacy() bzpop_score_unified() float_or_none() "
        "hrandfield_resp3_to_resp2_legacy() hrandfield_unified() pairs_to_dict() pairs_to_dict_typed() "
        "pairs_to_dict_with_str_keys() sort_return_tuples() timestamp_to_datetime() zmpop_resp3_to_resp2_legacy() "
        "zmpop_unified() zpop_score_pairs() zpop_score_pairs_resp3_to_resp2_legacy() zpop_score_pairs_resp3_unified() "
        "zpop_score_pairs_unified()"
    ),
    'redis._parsers.hiredis': (
        "HIREDIS_AVAILABLE=False _AsyncHiredisParser _HiredisParser @redis._parsers.base AsyncBaseParser "
        "AsyncPushNotificationsParser BaseParser PushNotificationsParser @redis.exceptions ConnectionError "
        "InvalidResponse RedisError TimeoutError"
    ),
    'redis._parsers.resp2': (
        "_AsyncRESP2Parser _RESP2Parser @redis._parsers.base _AsyncRESPBase @redis.exceptions ConnectionError "
        "InvalidResponse ResponseError"
    ),
    'redis._parsers.resp3': (
        "_AsyncRESP3Parser _RESP3Parser @redis._parsers.base AsyncPushNotificationsParser PushNotificationsParser "
        "_AsyncRESPBase @redis.exceptions ConnectionError InvalidResponse ResponseError"
    ),
    'redis._parsers.response_callbacks': (
        "get_response_callbacks()"
    ),
    'redis._parsers.socket': (
        "SEEK_END=2 SSL_AVAILABLE=True SocketBuffer @redis.exceptions ConnectionError TimeoutError"
    ),
    'redis.asyncio': (
        "@redis.asyncio.client Redis @redis.asyncio.cluster RedisCluster @redis.asyncio.connection "
        "BlockingConnectionPool Connection ConnectionPool SSLConnection UnixDomainSocketConnection "
        "@redis.asyncio.keyspace_notifications AsyncClusterKeyspaceNotifications AsyncKeyspaceNotifications "
        "AsyncKeyspaceNotificationsInterface @redis.asyncio.sentinel Sentinel SentinelConnectionPool "
        "SentinelManagedConnection SentinelManagedSSLConnection @redis.exceptions AuthenticationError "
        "AuthenticationWrongNumberOfArgsError BusyLoadingError ChildDeadlockedError ConnectionError DataError "
        "InvalidResponse OutOfMemoryError PubSubError ReadOnlyError RedisError ResponseError TimeoutError WatchError "
        "@redis.typing Subscription"
    ),
    'redis.asyncio._himport_exec': (
        "drain_pipeline_prepares() execute_set() pipeline_prepares() prepare_and_set() prepare_pipeline() "
        "prepare_wire_commands() reconcile_discards() @redis.exceptions NoSuchFieldsetError ResponseError"
    ),
    'redis.asyncio.client': (
        "AsyncPubsubWorkerExceptionHandler AsyncResponseCallbackProtocol DEFAULT_RETRY_CAP=1 DEFAULT_RETRY_COUNT=10 "
        "DEFAULT_SOCKET_CONNECT_TIMEOUT=5 DEFAULT_SOCKET_READ_SIZE=32768 DEFAULT_SOCKET_TIMEOUT=5 "
        "EMPTY_RESPONSE=EMPTY_RESPONSE Monitor MonitorCommandInfo NEVER_DECODE=NEVER_DECODE Pipeline PubSub "
        "PubsubWorkerExceptionHandler Redis ResponseCallbackProtocol SSL_AVAILABLE=True StrictRedis "
        "TYPE_CHECKING=False @redis.asyncio.connection Connection ConnectionPool SSLConnection "
        "UnixDomainSocketConnection @redis.asyncio.lock Lock @redis.asyncio.retry Retry @redis.backoff "
        "ExponentialWithJitterBackoff @redis.client AbstractRedis CaseInsensitiveDict @redis.commands.core "
        "AsyncCoreCommands @redis.commands.redismodules AsyncRedisModuleCommands @redis.commands.sentinel "
        "AsyncSentinelCommands @redis.credentials CredentialProvider @redis.driver_info DriverInfo @redis.exceptions "
        "ConnectionError ExecAbortError PubSubError RedisError ResponseError WatchError @redis.maint_notifications "
        "MaintNotificationsConfig @redis.typing Subscription"
    ),
    'redis.asyncio.cluster': (
        "AbstractStrategy AsyncMaintNotificationsAbstractRedisCluster ClusterNode ClusterPipeline ClusterPubSub "
        "ClusterPubSubSlotsCacheListener DEFAULT_RETRY_CAP=1 DEFAULT_RETRY_COUNT=10 DEFAULT_SOCKET_CONNECT_TIMEOUT=5 "
        "DEFAULT_SOCKET_READ_SIZE=32768 DEFAULT_SOCKET_TIMEOUT=5 EMPTY_RESPONSE=EMPTY_RESPONSE ExecutionStrategy "
        "NEVER_DECODE=NEVER_DECODE NodesManager PRIMARY=primary PipelineCommand PipelineStrategy "
        "REDIS_CLUSTER_HASH_SLOTS=16384 REPLICA=replica RedisCluster SLOT_ID=slot-id SSL_AVAILABLE=True "
        "TYPE_CHECKING=False TransactionStrategy @redis._parsers.commands AsyncCommandsParser CommandPolicies "
        "RequestPolicy ResponsePolicy @redis._parsers.encoders Encoder @redis.asyncio.client PubSub "
        "@redis.asyncio.connection AbstractConnection Connection ConnectionPoolInterface SSLConnection "
        "@redis.asyncio.lock Lock @redis.asyncio.retry Retry @redis.backoff ExponentialWithJitterBackoff NoBackoff "
        "@redis.client AbstractRedis @redis.cluster AbstractRedisCluster LoadBalancer LoadBalancingStrategy "
        "@redis.commands.cluster AsyncRedisClusterCommands @redis.commands.policies AsyncPolicyResolver "
        "AsyncStaticPolicyResolver @redis.credentials CredentialProvider @redis.driver_info DriverInfo "
        "@redis.exceptions AskError BusyLoadingError ClusterDownError ClusterError ConnectionError "
        "CrossSlotTransactionError DataError ExecAbortError InvalidPipelineStack MaxConnectionsError MovedError "
        "RedisClusterException RedisError ResponseError SlotNotCoveredError TimeoutError TryAgainError WatchError "
        "@redis.maint_notifications MaintNotificationsConfig @redis.typing Subscription"
    ),
    'redis.asyncio.connection': (
        "AbstractConnection AsyncConnectCallbackProtocol AsyncMaintNotificationsAbstractConnection "
        "AsyncMaintNotificationsAbstractConnectionPool BlockingConnectionPool ConnectCallbackProtocol ConnectKwargs "
        "Connection ConnectionPool ConnectionPoolInterface "
        "DB_CLIENT_CONNECTION_POOL_NAME=db.client.connection.pool.name "
        "DB_CLIENT_CONNECTION_STATE=db.client.connection.state DEFAULT_RESP_VERSION=3 "
        "DEFAULT_SOCKET_CONNECT_TIMEOUT=5 DEFAULT_SOCKET_READ_SIZE=32768 DEFAULT_SOCKET_TIMEOUT=5 "
        "HIREDIS_AVAILABLE=False RedisSSLContext SSLConnection SSL_AVAILABLE=True UnixDomainSocketConnection "
        "to_bool() @redis._parsers.base AsyncPushNotificationsParser BaseParser @redis._parsers.encoders Encoder "
        "@redis._parsers.hiredis _AsyncHiredisParser @redis._parsers.resp2 _AsyncRESP2Parser @redis._parsers.resp3 "
        "_AsyncRESP3Parser @redis.asyncio.retry Retry @redis.backoff NoBackoff @redis.credentials CredentialProvider "
        "UsernamePasswordCredentialProvider @redis.driver_info DriverInfo @redis.exceptions AuthenticationError "
        "AuthenticationWrongNumberOfArgsError ConnectionError DataError MaxConnectionsError RedisError ResponseError "
        "TimeoutError @redis.maint_notifications MaintNotificationsConfig MaintenanceState NodeMovingNotification"
    ),
    'redis.asyncio.keyspace_notifications': (
        "AbstractAsyncKeyspaceNotifications AsyncClusterKeyspaceNotifications AsyncKeyspaceNotifications "
        "AsyncKeyspaceNotificationsInterface @redis.asyncio.client PubSub Redis @redis.asyncio.cluster ClusterNode "
        "RedisCluster @redis.exceptions ConnectionError RedisError TimeoutError @redis.keyspace_notifications "
        "KeyNotification KeyeventChannel KeyspaceChannel SubkeyeventChannel SubkeyspaceChannel "
        "SubkeyspaceeventChannel SubkeyspaceitemChannel"
    ),
    'redis.asyncio.lock': (
        "Lock TYPE_CHECKING=False @redis.exceptions LockError LockNotOwnedError"
    ),
    'redis.asyncio.retry': (
        "Retry TYPE_CHECKING=False @redis.exceptions ConnectionError RedisError TimeoutError @redis.retry "
        "AbstractRetry"
    ),
    'redis.asyncio.sentinel': (
        "MasterNotFoundError! ReplicaNotFoundError! Sentinel SentinelConnectionPool SentinelManagedConnection "
        "SentinelManagedSSLConnection SlaveNotFoundError! @redis.asyncio.client Redis @redis.asyncio.connection "
        "Connection ConnectionPool SSLConnection @redis.commands.sentinel AsyncSentinelCommands @redis.exceptions "
        "ConnectionError ReadOnlyError ResponseError TimeoutError"
    ),
    'redis.asyncio.utils': (
        "TYPE_CHECKING=False from_url() pipeline"
    ),
    'redis.backoff': (
        "AbstractBackoff ConstantBackoff DecorrelatedJitterBackoff EqualJitterBackoff ExponentialBackoff "
        "ExponentialWithJitterBackoff FullJitterBackoff NoBackoff default_backoff()"
    ),
    'redis.cache': (
        "CacheConfig CacheConfigurationInterface CacheEntry CacheEntryStatus CacheFactory CacheFactoryInterface "
        "CacheInterface CacheKey CacheProxy DefaultCache EvictionPolicy EvictionPolicyInterface EvictionPolicyType "
        "LRUPolicy"
    ),
    'redis.client': (
        "AbstractRedis CaseInsensitiveDict DEFAULT_RETRY_CAP=1 DEFAULT_RETRY_COUNT=10 "
        "DEFAULT_SOCKET_CONNECT_TIMEOUT=5 DEFAULT_SOCKET_READ_SIZE=32768 DEFAULT_SOCKET_TIMEOUT=5 "
        "EMPTY_RESPONSE=EMPTY_RESPONSE Monitor NEVER_DECODE=NEVER_DECODE Pipeline PubSub PubSubWorkerThread Redis "
        "StrictRedis TYPE_CHECKING=False add_debug_log_for_operation_failure() is_debug_log_enabled() "
        "@redis._parsers.encoders Encoder @redis.backoff ExponentialWithJitterBackoff @redis.cache CacheConfig "
        "CacheInterface @redis.commands.core CoreCommands Script @redis.commands.redismodules RedisModuleCommands "
        "@redis.commands.sentinel SentinelCommands @redis.connection AbstractConnection Connection ConnectionPool "
        "SSLConnection UnixDomainSocketConnection @redis.credentials CredentialProvider @redis.driver_info DriverInfo "
        "@redis.exceptions ConnectionError ExecAbortError PubSubError RedisError ResponseError WatchError @redis.lock "
        "Lock @redis.maint_notifications MaintNotificationsConfig OSSMaintNotificationsHandler @redis.retry Retry "
        "@redis.typing Subscription"
    ),
    'redis.cluster': (
        "AbstractRedisCluster AbstractStrategy ClusterNode ClusterPipeline ClusterPubSub "
        "ClusterPubSubSlotsCacheListener DEFAULT_RETRY_CAP=1 DEFAULT_RETRY_COUNT=10 EMPTY_RESPONSE=EMPTY_RESPONSE "
        "ExecutionStrategy LoadBalancer LoadBalancingStrategy MaintNotificationsAbstractRedisCluster NodeCommands "
        "NodesManager PRIMARY=primary PipelineCommand PipelineStrategy REDIS_CLUSTER_HASH_SLOTS=16384 REPLICA=replica "
        "RedisCluster SLOT_ID=slot-id TYPE_CHECKING=False TransactionStrategy block_pipeline_command() "
        "cleanup_kwargs() get_connection() get_node_name() is_debug_log_enabled() @redis._parsers.commands "
        "CommandPolicies CommandsParser RequestPolicy ResponsePolicy @redis._parsers.encoders Encoder @redis.backoff "
        "ExponentialWithJitterBackoff NoBackoff @redis.cache CacheConfig CacheFactory CacheFactoryInterface "
        "CacheInterface @redis.client CaseInsensitiveDict PubSub Redis @redis.commands.cluster RedisClusterCommands "
        "@redis.commands.policies PolicyResolver StaticPolicyResolver @redis.connection Connection ConnectionPool "
        "@redis.exceptions AskError AuthenticationError ClusterDownError ClusterError ConnectionError "
        "CrossSlotTransactionError DataError ExecAbortError InvalidPipelineStack MaxConnectionsError MovedError "
        "RedisClusterException RedisError ResponseError SlotNotCoveredError TimeoutError TryAgainError WatchError "
        "@redis.lock Lock @redis.maint_notifications MaintNotificationsConfig OSSMaintNotificationsHandler "
        "@redis.retry Retry @redis.typing Subscription"
    ),
    'redis.commands': (
        "@redis.commands.cluster AsyncRedisClusterCommands RedisClusterCommands @redis.commands.core "
        "AsyncCoreCommands CoreCommands @redis.commands.redismodules AsyncRedisModuleCommands RedisModuleCommands "
        "@redis.commands.sentinel AsyncSentinelCommands SentinelCommands"
    ),
    'redis.commands.bf': (
        "AbstractBloom AsyncBFBloom AsyncCFBloom AsyncCMSBloom AsyncTDigestBloom AsyncTOPKBloom BFBloom BF_ADD=BF.ADD "
        "BF_CARD=BF.CARD BF_EXISTS=BF.EXISTS BF_INFO=BF.INFO BF_INSERT=BF.INSERT BF_LOADCHUNK=BF.LOADCHUNK "
        "BF_MADD=BF.MADD BF_MEXISTS=BF.MEXISTS BF_RESERVE=BF.RESERVE BF_SCANDUMP=BF.SCANDUMP CFBloom CF_ADD=CF.ADD "
        "CF_ADDNX=CF.ADDNX CF_COUNT=CF.COUNT CF_DEL=CF.DEL CF_EXISTS=CF.EXISTS CF_INFO=CF.INFO CF_INSERT=CF.INSERT "
        "CF_INSERTNX=CF.INSERTNX CF_LOADCHUNK=CF.LOADCHUNK CF_MEXISTS=CF.MEXISTS CF_RESERVE=CF.RESERVE "
        "CF_SCANDUMP=CF.SCANDUMP CMSBloom CMS_INCRBY=CMS.INCRBY CMS_INFO=CMS.INFO CMS_INITBYDIM=CMS.INITBYDIM "
        "CMS_INITBYPROB=CMS.INITBYPROB CMS_MERGE=CMS.MERGE CMS_QUERY=CMS.QUERY NEVER_DECODE=NEVER_DECODE "
        "TDIGEST_ADD=TDIGEST.ADD TDIGEST_BYRANK=TDIGEST.BYRANK TDIGEST_BYREVRANK=TDIGEST.BYREVRANK "
        "TDIGEST_CDF=TDIGEST.CDF TDIGEST_CREATE=TDIGEST.CREATE TDIGEST_INFO=TDIGEST.INFO TDIGEST_MAX=TDIGEST.MAX "
        "TDIGEST_MERGE=TDIGEST.MERGE TDIGEST_MIN=TDIGEST.MIN TDIGEST_QUANTILE=TDIGEST.QUANTILE "
        "TDIGEST_RANK=TDIGEST.RANK TDIGEST_RESET=TDIGEST.RESET TDIGEST_REVRANK=TDIGEST.REVRANK "
        "TDIGEST_TRIMMED_MEAN=TDIGEST.TRIMMED_MEAN TDigestBloom TOPKBloom TOPK_ADD=TOPK.ADD TOPK_COUNT=TOPK.COUNT "
        "TOPK_INCRBY=TOPK.INCRBY TOPK_INFO=TOPK.INFO TOPK_LIST=TOPK.LIST TOPK_QUERY=TOPK.QUERY "
        "TOPK_RESERVE=TOPK.RESERVE @redis.commands.bf.commands BFCommands CFCommands CMSCommands TDigestCommands "
        "TOPKCommands @redis.commands.bf.info BFInfo CFInfo CMSInfo TDigestInfo TopKInfo @redis.typing "
        "AsyncClientProtocol SyncClientProtocol"
    ),
    'redis.commands.bf.commands': (
        "BFCommands BF_ADD=BF.ADD BF_CARD=BF.CARD BF_EXISTS=BF.EXISTS BF_INFO=BF.INFO BF_INSERT=BF.INSERT "
        "BF_LOADCHUNK=BF.LOADCHUNK BF_MADD=BF.MADD BF_MEXISTS=BF.MEXISTS BF_RESERVE=BF.RESERVE "
        "BF_SCANDUMP=BF.SCANDUMP CFCommands CF_ADD=CF.ADD CF_ADDNX=CF.ADDNX CF_COUNT=CF.COUNT CF_DEL=CF.DEL "
        "CF_EXISTS=CF.EXISTS CF_INFO=CF.INFO CF_INSERT=CF.INSERT CF_INSERTNX=CF.INSERTNX CF_LOADCHUNK=CF.LOADCHUNK "
        "CF_MEXISTS=CF.MEXISTS CF_RESERVE=CF.RESERVE CF_SCANDUMP=CF.SCANDUMP CMSCommands CMS_INCRBY=CMS.INCRBY "
        "CMS_INFO=CMS.INFO CMS_INITBYDIM=CMS.INITBYDIM CMS_INITBYPROB=CMS.INITBYPROB CMS_MERGE=CMS.MERGE "
        "CMS_QUERY=CMS.QUERY NEVER_DECODE=NEVER_DECODE TDIGEST_ADD=TDIGEST.ADD TDIGEST_BYRANK=TDIGEST.BYRANK "
        "TDIGEST_BYREVRANK=TDIGEST.BYREVRANK TDIGEST_CDF=TDIGEST.CDF TDIGEST_CREATE=TDIGEST.CREATE "
        "TDIGEST_INFO=TDIGEST.INFO TDIGEST_MAX=TDIGEST.MAX TDIGEST_MERGE=TDIGEST.MERGE TDIGEST_MIN=TDIGEST.MIN "
        "TDIGEST_QUANTILE=TDIGEST.QUANTILE TDIGEST_RANK=TDIGEST.RANK TDIGEST_RESET=TDIGEST.RESET "
        "TDIGEST_REVRANK=TDIGEST.REVRANK TDIGEST_TRIMMED_MEAN=TDIGEST.TRIMMED_MEAN TDigestCommands TOPKCommands "
        "TOPK_ADD=TOPK.ADD TOPK_COUNT=TOPK.COUNT TOPK_INCRBY=TOPK.INCRBY TOPK_INFO=TOPK.INFO TOPK_LIST=TOPK.LIST "
        "TOPK_QUERY=TOPK.QUERY TOPK_RESERVE=TOPK.RESERVE @redis.commands.bf.info BFInfo CFInfo CMSInfo TDigestInfo "
        "TopKInfo @redis.typing AsyncClientProtocol SyncClientProtocol"
    ),
    'redis.commands.bf.info': (
        "BFInfo CFInfo CMSInfo TDigestInfo TopKInfo"
    ),
    'redis.commands.cluster': (
        "AsyncClusterDataAccessCommands AsyncClusterManagementCommands AsyncClusterMultiKeyCommands "
        "AsyncRedisClusterCommands ClusterDataAccessCommands ClusterManagementCommands ClusterMultiKeyCommands "
        "RedisClusterCommands TYPE_CHECKING=False @redis.commands.core ACLCommands AsyncDataAccessCommands "
        "AsyncManagementCommands AsyncModuleCommands AsyncScriptCommands DataAccessCommands FunctionCommands "
        "HotkeysMetricsTypes ManagementCommands ModuleCommands PubSubCommands ScriptCommands "
        "@redis.commands.redismodules AsyncRedisModuleCommands RedisModuleCommands @redis.exceptions "
        "RedisClusterException RedisError @redis.typing AsyncClientProtocol ClusterCommandsProtocol "
        "SyncClientProtocol"
    ),
    'redis.commands.core': (
        "ACLCommands ArrayAggregateOperations ArrayCommands ArrayPredicateCombinator ArrayPredicateType "
        "AsyncACLCommands AsyncArrayCommands AsyncBasicKeyCommands AsyncClusterCommands AsyncCoreCommands "
        "AsyncDataAccessCommands AsyncFunctionCommands AsyncGeoCommands AsyncHashCommands AsyncHyperlogCommands "
        "AsyncListCommands AsyncManagementCommands AsyncModuleCommands AsyncPubSubCommands AsyncScanCommands "
        "AsyncScript AsyncScriptCommands AsyncSetCommands AsyncSortedSetCommands AsyncStreamCommands BasicKeyCommands "
        "BitFieldOperation ClusterCommands CoreCommands DataAccessCommands DataPersistOptions FunctionCommands "
        "GeoCommands HAS_XXHASH=False HashCommands HashDataPersistOptions HotkeysMetricsTypes HyperlogCommands "
        "ListCommands ManagementCommands ModuleCommands PubSubCommands ScanCommands Script ScriptCommands SetCommands "
        "SortedSetCommands StreamCommands TYPE_CHECKING=False @redis.exceptions ConnectionError DataError "
        "NoScriptError RedisError @redis.typing AsyncClientProtocol CommandsProtocol SyncClientProtocol"
    ),
    'redis.commands.helpers': (
        "apply_module_callbacks() at_most_one_value_set() decode_dict_keys() delist() get_legacy_responses() "
        "get_protocol_version() list_or_args() nativestr() pubsub_subscription_args() random_string() @redis.typing "
        "Subscription"
    ),
    'redis.commands.json': (
        "AsyncJSON ClusterPipeline JSON Pipeline @redis.commands.json.commands FPHAType JSONCommands"
    ),
    'redis.commands.json._util': (
        ""
    ),
    'redis.commands.json.commands': (
        "FPHAType JSONCommands @redis.commands.json.path Path @redis.exceptions DataError @redis.typing "
        "AsyncClientProtocol SyncClientProtocol"
    ),
    'redis.commands.json.decoders': (
        "bulk_of_jsons() decode_dict_keys() decode_list() unstring()"
    ),
    'redis.commands.json.path': (
        "Path"
    ),
    'redis.commands.policies': (
        "AsyncBasePolicyResolver AsyncDynamicPolicyResolver AsyncPolicyResolver AsyncStaticPolicyResolver "
        "BasePolicyResolver DynamicPolicyResolver PolicyResolver StaticPolicyResolver @redis._parsers.commands "
        "CommandPolicies CommandsParser RequestPolicy ResponsePolicy"
    ),
    'redis.commands.redismodules': (
        "AsyncRedisModuleCommands RedisModuleCommands TYPE_CHECKING=False"
    ),
    'redis.commands.search': (
        "AGGREGATE_CMD=FT.AGGREGATE AsyncPipeline AsyncSearch CURSOR_CMD=FT.CURSOR Pipeline Search "
        "@redis.commands.search.commands AsyncSearchCommands SearchCommands"
    ),
    'redis.commands.search._util': (
        "to_string()"
    ),
    'redis.commands.search.aggregation': (
        "AggregateRequest AggregateResult Asc Cursor DEFAULT_DIALECT=2 Desc Limit Reducer SortDirection"
    ),
    'redis.commands.search.commands': (
        "ADDHASH_CMD=FT.ADDHASH ADD_CMD=FT.ADD AGGREGATE_CMD=FT.AGGREGATE ALIAS_ADD_CMD=FT.ALIASADD "
        "ALIAS_DEL_CMD=FT.ALIASDEL ALIAS_LIST_CMD=FT.ALIASLIST ALIAS_UPDATE_CMD=FT.ALIASUPDATE ALTER_CMD=FT.ALTER "
        "AsyncSearchCommands CONFIG_CMD=FT.CONFIG CREATE_CMD=FT.CREATE CURSOR_CMD=FT.CURSOR DEL_CMD=FT.DEL "
        "DICT_ADD_CMD=FT.DICTADD DICT_DEL_CMD=FT.DICTDEL DICT_DUMP_CMD=FT.DICTDUMP DROPINDEX_CMD=FT.DROPINDEX "
        "EXPLAINCLI_CMD=FT.EXPLAINCLI EXPLAIN_CMD=FT.EXPLAIN FUZZY=FUZZY HYBRID_CMD=FT.HYBRID INFO_CMD=FT.INFO "
        "MAXTEXTFIELDS=MAXTEXTFIELDS MGET_CMD=FT.MGET NEVER_DECODE=NEVER_DECODE NOFIELDS=NOFIELDS NOFREQS=NOFREQS "
        "NOHL=NOHL NOOFFSETS=NOOFFSETS NUMERIC=NUMERIC PROFILE_CMD=FT.PROFILE SEARCH_CMD=FT.SEARCH "
        "SKIPINITIALSCAN=SKIPINITIALSCAN SPELLCHECK_CMD=FT.SPELLCHECK STOPWORDS=STOPWORDS SUGADD_COMMAND=FT.SUGADD "
        "SUGDEL_COMMAND=FT.SUGDEL SUGGET_COMMAND=FT.SUGGET SUGLEN_COMMAND=FT.SUGLEN SYNDUMP_CMD=FT.SYNDUMP "
        "SYNUPDATE_CMD=FT.SYNUPDATE SearchCommands TAGVALS_CMD=FT.TAGVALS TEMPORARY=TEMPORARY "
        "WITHPAYLOADS=WITHPAYLOADS WITHSCORES=WITHSCORES @redis.client Pipeline @redis.commands.search.aggregation "
        "AggregateRequest AggregateResult Cursor @redis.commands.search.document Document "
        "@redis.commands.search.field Field @redis.commands.search.hybrid_query CombineResultsMethod "
        "HybridCursorQuery HybridPostProcessingConfig HybridQuery @redis.commands.search.hybrid_result "
        "HybridCursorResult HybridResult @redis.commands.search.index_definition IndexDefinition "
        "@redis.commands.search.profile_information ProfileInformation @redis.commands.search.query Query "
        "@redis.commands.search.result Result @redis.commands.search.suggestion SuggestionParser"
    ),
    'redis.commands.search.dialect': (
        "DEFAULT_DIALECT=2"
    ),
    'redis.commands.search.document': (
        "Document"
    ),
    'redis.commands.search.field': (
        "Field GeoField GeoShapeField NumericField TagField TextField VectorField @redis.exceptions DataError"
    ),
    'redis.commands.search.hybrid_query': (
        "CombinationMethods CombineResultsMethod HybridCursorQuery HybridFilter HybridPostProcessingConfig "
        "HybridQuery HybridSearchQuery HybridVsimQuery VectorSearchMethods @redis.commands.search.aggregation Limit "
        "Reducer @redis.commands.search.query Filter SortbyField"
    ),
    'redis.commands.search.hybrid_result': (
        "HybridCursorResult HybridResult"
    ),
    'redis.commands.search.index_definition': (
        "IndexDefinition IndexType"
    ),
    'redis.commands.search.profile_information': (
        "ProfileInformation"
    ),
    'redis.commands.search.query': (
        "DEFAULT_DIALECT=2 Filter GeoFilter NumericFilter Query SortbyField"
    ),
    'redis.commands.search.querystring': (
        "BaseNode DisjunctNode DistjunctUnion GeoValue IntersectNode Node OptionalNode RangeValue ScalarValue "
        "TagValue UnionNode Value between() disjunct() disjunct_union() equal() ge() geo() gt() intersect() le() lt() "
        "querystring() tags() union()"
    ),
    'redis.commands.search.reducers': (
        "FieldOnlyReducer avg collect count count_distinct count_distinctish first_value max min quantile "
        "random_sample stddev sum tolist @redis.commands.search.aggregation Asc Desc Reducer SortDirection"
    ),
    'redis.commands.search.result': (
        "Result @redis.commands.search.document Document"
    ),
    'redis.commands.search.suggestion': (
        "Suggestion SuggestionParser"
    ),
    'redis.commands.sentinel': (
        "AsyncSentinelCommands SentinelCommands @redis.typing AsyncClientProtocol SyncClientProtocol"
    ),
    'redis.commands.timeseries': (
        "ALTER_CMD=TS.ALTER AsyncTimeSeries CREATERULE_CMD=TS.CREATERULE CREATE_CMD=TS.CREATE ClusterPipeline "
        "DELETERULE_CMD=TS.DELETERULE DEL_CMD=TS.DEL GET_CMD=TS.GET INFO_CMD=TS.INFO MGET_CMD=TS.MGET "
        "MRANGE_CMD=TS.MRANGE MREVRANGE_CMD=TS.MREVRANGE NRANGE_CMD=TS.NRANGE NREVRANGE_CMD=TS.NREVRANGE Pipeline "
        "QUERYINDEX_CMD=TS.QUERYINDEX QUERYLABELS_CMD=TS.QUERYLABELS RANGE_CMD=TS.RANGE READ_CMD=TS.READ "
        "REVRANGE_CMD=TS.REVRANGE TimeSeries @redis.commands.timeseries.commands TimeSeriesCommands "
        "@redis.commands.timeseries.info TSInfo"
    ),
    'redis.commands.timeseries.commands': (
        "ADD_CMD=TS.ADD ALTER_CMD=TS.ALTER CREATERULE_CMD=TS.CREATERULE CREATE_CMD=TS.CREATE DECRBY_CMD=TS.DECRBY "
        "DELETERULE_CMD=TS.DELETERULE DEL_CMD=TS.DEL GET_CMD=TS.GET INCRBY_CMD=TS.INCRBY INFO_CMD=TS.INFO "
        "MADD_CMD=TS.MADD MGET_CMD=TS.MGET MRANGE_CMD=TS.MRANGE MREVRANGE_CMD=TS.MREVRANGE NRANGE_CMD=TS.NRANGE "
        "NREVRANGE_CMD=TS.NREVRANGE QUERYINDEX_CMD=TS.QUERYINDEX QUERYLABELS_CMD=TS.QUERYLABELS RANGE_CMD=TS.RANGE "
        "READ_CMD=TS.READ REVRANGE_CMD=TS.REVRANGE TimeSeriesCommands @redis.commands.timeseries.info TSInfo "
        "@redis.exceptions DataError @redis.typing AsyncClientProtocol SyncClientProtocol"
    ),
    'redis.commands.timeseries.info': (
        "TSInfo"
    ),
    'redis.commands.timeseries.utils': (
        "list_to_dict()"
    ),
    'redis.commands.vectorset': (
        "AsyncVectorSet VEMB_CMD=VEMB VGETATTR_CMD=VGETATTR VINFO_CMD=VINFO VLINKS_CMD=VLINKS VSIM_CMD=VSIM VectorSet "
        "@redis.commands.vectorset.commands VectorSetCommands"
    ),
    'redis.commands.vectorset.commands': (
        "CallbacksOptions NEVER_DECODE=NEVER_DECODE QuantizationOptions VADD_CMD=VADD VCARD_CMD=VCARD VDIM_CMD=VDIM "
        "VEMB_CMD=VEMB VGETATTR_CMD=VGETATTR VINFO_CMD=VINFO VLINKS_CMD=VLINKS VRANDMEMBER_CMD=VRANDMEMBER "
        "VRANGE_CMD=VRANGE VREM_CMD=VREM VSETATTR_CMD=VSETATTR VSIM_CMD=VSIM VectorSetCommands @redis.exceptions "
        "DataError @redis.typing AsyncClientProtocol CommandsProtocol SyncClientProtocol"
    ),
    'redis.commands.vectorset.utils': (
        "@redis.commands.vectorset.commands CallbacksOptions"
    ),
    'redis.connection': (
        "AbstractConnection BlockingConnectionPool CRYPTOGRAPHY_AVAILABLE=False CacheProxyConnection Connection "
        "ConnectionInterface ConnectionPool ConnectionPoolInterface "
        "DB_CLIENT_CONNECTION_POOL_NAME=db.client.connection.pool.name "
        "DB_CLIENT_CONNECTION_STATE=db.client.connection.state DEFAULT_RESP_VERSION=3 "
        "DEFAULT_SOCKET_CONNECT_TIMEOUT=5 DEFAULT_SOCKET_READ_SIZE=32768 DEFAULT_SOCKET_TIMEOUT=5 "
        "HIREDIS_AVAILABLE=False HiredisRespSerializer MaintNotificationsAbstractConnection "
        "MaintNotificationsAbstractConnectionPool PythonRespSerializer SSLConnection SSL_AVAILABLE=True "
        "UnixDomainSocketConnection to_bool() @redis._parsers.base BaseParser @redis._parsers.encoders Encoder "
        "@redis._parsers.hiredis _HiredisParser @redis._parsers.resp2 _RESP2Parser @redis._parsers.resp3 _RESP3Parser "
        "@redis.backoff NoBackoff @redis.cache CacheEntry CacheEntryStatus CacheFactory CacheFactoryInterface "
        "CacheInterface CacheKey CacheProxy @redis.credentials CredentialProvider UsernamePasswordCredentialProvider "
        "@redis.driver_info DriverInfo @redis.exceptions AuthenticationError AuthenticationWrongNumberOfArgsError "
        "ChildDeadlockedError ConnectionError DataError MaxConnectionsError RedisError ResponseError TimeoutError "
        "@redis.maint_notifications MaintNotificationsConfig MaintNotificationsConnectionHandler "
        "MaintNotificationsPoolHandler MaintenanceState OSSMaintNotificationsHandler @redis.retry Retry"
    ),
    'redis.crc': (
        "REDIS_CLUSTER_HASH_SLOTS=16384 key_slot()"
    ),
    'redis.credentials': (
        "CredentialProvider StreamingCredentialProvider UsernamePasswordCredentialProvider"
    ),
    'redis.data_structure': (
        "WeightedList"
    ),
    'redis.driver_info': (
        "DriverInfo resolve_driver_info()"
    ),
    'redis.exceptions': (
        "AskError! AuthenticationError! AuthenticationWrongNumberOfArgsError! AuthorizationError! BusyLoadingError! "
        "ChildDeadlockedError! ClusterCrossSlotError! ClusterDownError! ClusterError! ConnectionError! "
        "CrossSlotTransactionError! DataError! ExceptionType ExecAbortError! ExternalAuthProviderError! "
        "IncorrectPolicyType! InvalidPipelineStack! InvalidResponse! LockError! LockNotOwnedError! MasterDownError! "
        "MaxConnectionsError! ModuleError! MovedError! NoPermissionError! NoScriptError! NoSuchFieldsetError! "
        "OutOfMemoryError! PubSubError! ReadOnlyError! RedisClusterException! RedisError! ResponseError! "
        "SlotNotCoveredError! TimeoutError! TryAgainError! WatchError!"
    ),
    'redis.keyspace_notifications': (
        "AbstractKeyspaceNotifications ChannelType ClusterKeyspaceNotifications EventType KeyNotification "
        "KeyeventChannel KeyspaceChannel KeyspaceNotifications KeyspaceNotificationsInterface KeyspaceWorkerThread "
        "SubkeyeventChannel SubkeyspaceChannel SubkeyspaceeventChannel SubkeyspaceitemChannel TYPE_CHECKING=False "
        "get_channel_type() @redis.client Redis @redis.cluster RedisCluster @redis.exceptions ConnectionError "
        "RedisError TimeoutError"
    ),
    'redis.lock': (
        "Lock @redis.exceptions LockError LockNotOwnedError"
    ),
    'redis.maint_notifications': (
        "EndpointType MaintNotificationsConfig MaintNotificationsConnectionHandler MaintNotificationsPoolHandler "
        "MaintenanceNotification MaintenanceState NodeFailedOverNotification NodeFailingOverNotification "
        "NodeMigratedNotification NodeMigratingNotification NodeMovingNotification OSSMaintNotificationsHandler "
        "OSSNodeMigratedNotification OSSNodeMigratingNotification TYPE_CHECKING=False "
        "add_debug_log_for_notification()"
    ),
    'redis.retry': (
        "AbstractRetry Retry TYPE_CHECKING=False @redis.exceptions ConnectionError TimeoutError"
    ),
    'redis.sentinel': (
        "MasterNotFoundError! ReplicaNotFoundError! Sentinel SentinelConnectionPool SentinelConnectionPoolProxy "
        "SentinelManagedConnection SentinelManagedSSLConnection SlaveNotFoundError! @redis.client Redis "
        "@redis.commands.sentinel SentinelCommands @redis.connection Connection ConnectionPool SSLConnection "
        "@redis.exceptions ConnectionError ReadOnlyError ResponseError TimeoutError"
    ),
    'redis.typing': (
        "AsyncClientProtocol ClusterCommandsProtocol CommandsProtocol Subscription SyncClientProtocol "
        "TYPE_CHECKING=False"
    ),
    'redis.utils': (
        "CRYPTOGRAPHY_AVAILABLE=False DEFAULT_RESP_VERSION=3 HIREDIS_AVAILABLE=False SSL_AVAILABLE=True "
        "TYPE_CHECKING=False check_protocol_version() compare_versions() decode_field_value() deprecated_args() "
        "deprecated_function() dict_merge() dummy_fail() dummy_fail_async() ensure_string() experimental() "
        "experimental_args() experimental_method() extract_expire_flags() format_error_message() from_url() "
        "get_lib_version() list_keys_to_dict() merge_result() pipeline() safe_str() str_if_bytes() truncate_text() "
        "warn_deprecated() warn_deprecated_arg_usage() warn_experimental() warn_experimental_arg_usage() "
        "@redis.exceptions DataError"
    ),
}
