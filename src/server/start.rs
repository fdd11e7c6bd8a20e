//! The start of a broker, step by step.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::banner::Banner;
use super::connection_limits::ConnectionLimitsPublisher;
use super::directories::Directories;
use super::discovery;
use super::net_config::net_config;
use super::placement::Placement;
use super::quotas::ClientLimits;
use super::rest_listeners::RestSockets;
use super::upkeep::Upkeep;
use super::{Broker, ServerError};
use crate::api::{Handles, ProducerIds, Service};
use crate::config::{BrokerSettings, Durability as DurabilitySetting, LiveSettings, Settings};
use crate::controller::{Controller, ControllerHandle, REST_LISTENER, StartController};
use crate::controller_link::{ControllerLink, LinkParts, ServiceUrl};
use crate::coordinator::group::GroupCoordinator;
use crate::disk::{Disk, GroupCommit, GroupCommitConfig, RealDisk};
use crate::env::{Clock, Random, SystemClock, SystemRandom};
use crate::fetch_session::{FetchSessionCache, SessionLimits};
use crate::metadata::{ClusterMetrics, DirectoryId, Endpoint, SettingsPublisher};
use crate::net::{BoundListeners, NetServer, default_gateway};
use crate::partition::{Durability, LoadProgress, OpenRegistry, PartitionRegistry};
use crate::rest::{RestLimits, RestWorld};
use crate::telemetry::metrics::{Collect, ProcessMetrics, Registry};

/// Recovery that takes longer than this says how far it is, and again after each such time.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(1);
/// A fetch session idle for longer may be displaced (Kafka's own figure).
const SESSION_EVICTION_MS: i64 = 120_000;

/// How a broker is started.
#[derive(Debug, Clone, Copy, Default)]
pub struct StartOptions {
    /// Whether to print the banner and the settings without effect.
    pub banner: bool,
}

/// The world that everything is built on.
struct World {
    disk: Arc<dyn Disk>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Broker {
    /// Starts a broker; it serves when this returns.
    pub async fn start(settings: Settings, options: StartOptions) -> Result<Broker, ServerError> {
        let world = World {
            disk: Arc::new(RealDisk),
            clock: Arc::new(SystemClock::new()),
            random: Arc::new(SystemRandom),
        };
        let begun = world.clock.monotonic();
        if options.banner {
            for (name, why) in settings.without_effect() {
                tracing::warn!(setting = name, why, "this setting has no effect");
            }
        }
        let settings = Arc::new(discovery::discovered(settings, world.disk.as_ref())?);
        let directories = open_directories(&settings, &world).await?;
        let registry = Registry::new();
        let rest = RestSockets::bind(settings.broker())
            .await?
            .serve(rest_world(settings.broker(), &world, &registry));
        let rest_address = rest.addresses().first().map(ToString::to_string);
        let gateway = forwarding_gateway(world.disk.as_ref());
        let listeners = BoundListeners::bind(net_config(settings.broker(), gateway, rest_address)).await?;
        let addresses: Vec<_> = listeners
            .listeners()
            .map(|bound| (bound.info.name.clone(), bound.address))
            .collect();

        let controller = {
            let start = start_controller(
                &settings,
                &world,
                &directories,
                endpoints(settings.broker(), &addresses, rest.addresses().first()),
            );
            blocking(move || Controller::start(start)).await??
        };
        let handle = controller.handle();
        let live = follow_settings(&settings, &handle).await?;
        let partitions = open_partitions(&live, &world, &directories, &handle, &registry).await?;
        handle.register_publisher(Arc::clone(&partitions) as _).await?;
        let groups = start_groups(&settings, &world, &handle, &partitions).await?;
        let limits = Arc::new(ClientLimits::new(settings.broker()));
        handle.register_publisher(Arc::clone(&limits) as _).await?;

        let handles = Arc::new(api_handles(&live, &world, handle.clone(), &partitions, groups, &limits));
        let service: Arc<dyn Service> = Arc::new(Arc::clone(&handles));
        let net = listeners.serve(service, Arc::clone(&limits.connections), Arc::clone(&world.clock));
        let link = Arc::new(ControllerLink::start(link_parts(&handles, &world)?).await?);
        add_collectors(&registry, &handles, &net, &link);
        rest.open(&handles, &link);
        let upkeep = Upkeep::start(settings.broker(), &partitions);
        hand_settings_on(&handle, live, &net, &upkeep).await?;
        let broker = Broker {
            placement: Placement::start(settings.broker().node_id, &partitions, handle),
            handles,
            controller,
            net,
            rest,
            upkeep,
            link,
            partitions,
            registry,
            _metadata_dir: directories.metadata.map(|(dir, _)| dir),
        };
        if options.banner {
            broker.print_banner(world.clock.monotonic().saturating_sub(begun));
        }
        Ok(broker)
    }

    #[expect(clippy::print_stdout, reason = "the banner is for whoever started the program")]
    fn print_banner(&self, took: Duration) {
        let image = self.handles.metadata.load();
        let banner = Banner {
            cluster_id: &image.cluster_id,
            settings: &self.handles.settings,
            kafka: &self.kafka_addresses(),
            rest: self.rest_addresses(),
            partitions: &self.partitions,
            topics: image.topics.len(),
            took,
        };
        print!("{}", banner.text());
        // A program that waits for `ready` reads from a pipe, which is not flushed at line ends.
        let _ = std::io::Write::flush(&mut std::io::stdout());
    }
}

/// What REST shows and holds to from the start on.
fn rest_world(settings: &BrokerSettings, world: &World, registry: &Registry) -> RestWorld {
    let process = Arc::new(ProcessMetrics::new(Arc::clone(&world.clock)));
    registry.add(Arc::clone(&process) as _);
    RestWorld {
        registry: registry.clone(),
        process,
        limits: RestLimits::of(settings),
    }
}

async fn open_directories(settings: &Arc<Settings>, world: &World) -> Result<Directories, ServerError> {
    let (settings, disk, random) = (Arc::clone(settings), Arc::clone(&world.disk), Arc::clone(&world.random));
    blocking(move || Directories::open(settings.broker(), &disk, random.as_ref())).await?
}

/// The settings in force, from now on in step with the metadata.
async fn follow_settings(settings: &Arc<Settings>, handle: &ControllerHandle) -> Result<LiveSettings, ServerError> {
    let publisher = SettingsPublisher::new(Arc::clone(settings), &handle.metadata().load());
    let live = publisher.live();
    handle.register_publisher(Arc::new(publisher)).await?;
    Ok(live)
}

/// Has what works outside of requests follow the settings.
async fn hand_settings_on(
    handle: &ControllerHandle,
    live: LiveSettings,
    net: &NetServer,
    upkeep: &Upkeep,
) -> Result<(), ServerError> {
    let limits = ConnectionLimitsPublisher::new(live, net.admission());
    handle.register_publisher(Arc::new(limits)).await?;
    handle.register_publisher(upkeep.compaction_publisher()).await?;
    Ok(())
}

/// Puts what the broker's parts count on the page of metrics.
fn add_collectors(registry: &Registry, handles: &Arc<Handles>, net: &NetServer, link: &Arc<ControllerLink>) {
    let cluster = ClusterMetrics::new(handles.metadata.clone(), handles.broker_id);
    let collectors: [Arc<dyn Collect>; 5] = [
        Arc::clone(&handles.request_metrics) as _,
        Arc::clone(&handles.partitions) as _,
        Arc::new(cluster),
        Arc::new(net.metrics()),
        Arc::clone(link) as _,
    ];
    collectors.into_iter().for_each(|collector| registry.add(collector));
}

/// Puts group coordinators to work on the replicas that this broker leads.
async fn start_groups(
    settings: &Settings,
    world: &World,
    controller: &ControllerHandle,
    partitions: &Arc<PartitionRegistry>,
) -> Result<GroupCoordinator, ServerError> {
    let metadata = controller.metadata().clone();
    let groups = GroupCoordinator::start(settings.broker(), partitions, metadata, &world.clock);
    for publisher in groups.publishers() {
        controller.register_publisher(publisher).await?;
    }
    Ok(groups)
}

/// What handlers work with.
fn api_handles(
    live: &LiveSettings,
    world: &World,
    controller: ControllerHandle,
    partitions: &Arc<PartitionRegistry>,
    groups: GroupCoordinator,
    limits: &ClientLimits,
) -> Handles {
    let settings = Arc::new(live.load().start().broker().clone());
    Handles {
        broker_id: settings.node_id,
        metadata: controller.metadata().clone(),
        controller,
        partitions: Arc::clone(partitions),
        groups,
        fetch_sessions: FetchSessionCache::new(SessionLimits {
            slots: settings.max_incremental_fetch_session_cache_slots,
            eviction_age_ms: SESSION_EVICTION_MS,
        }),
        producer_ids: ProducerIds::default(),
        quotas: Arc::clone(&limits.quotas),
        request_metrics: Arc::default(),
        clock: Arc::clone(&world.clock),
        random: Arc::clone(&world.random),
        settings,
        live: live.clone(),
    }
}

/// What the link to a metadata service works with.
fn link_parts(handles: &Handles, world: &World) -> Result<LinkParts, ServerError> {
    let settings = &handles.settings;
    let service = settings.metadata_service_url.as_deref();
    let service = service
        .map(ServiceUrl::parse)
        .transpose()
        .map_err(ServerError::Services)?;
    let interval = u64::try_from(settings.metadata_heartbeat_interval_ms).unwrap_or(u64::MAX);
    Ok(LinkParts {
        broker_id: handles.broker_id,
        service,
        interval: Duration::from_millis(interval),
        controller: handles.controller.clone(),
        clock: Arc::clone(&world.clock),
        random: Arc::clone(&world.random),
    })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ServerError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| ServerError::Interrupted(error.to_string()))
}

fn start_controller(
    settings: &Arc<Settings>,
    world: &World,
    directories: &Directories,
    endpoints: Vec<Endpoint>,
) -> StartController {
    let broker = settings.broker();
    let first = broker.log_dirs.first().cloned().unwrap_or_default();
    let metadata_dir = broker.metadata_log_dir.clone().unwrap_or(first);
    let place = broker.log_dirs.iter().position(|dir| *dir == metadata_dir).unwrap_or(0);
    let ids = &directories.identity.directories;
    StartController {
        settings: Arc::clone(settings),
        disk: Arc::clone(&world.disk),
        clock: Arc::clone(&world.clock),
        random: Arc::clone(&world.random),
        metadata_directory_id: match &directories.metadata {
            Some((_, id)) => *id,
            None => ids.get(place).copied().unwrap_or(DirectoryId::UNASSIGNED),
        },
        metadata_dir,
        cluster_id: directories.identity.cluster_id.clone(),
        log_dirs: ids.clone(),
        endpoints,
        previous_broker_epoch: directories.previous_broker_epoch,
        elects: broker.metadata_service_url.is_none(),
    }
}

/// Where the metadata says that this broker listens: the advertised address, else the one it is bound to.
fn endpoints(settings: &BrokerSettings, bound: &[(String, SocketAddr)], rest: Option<&SocketAddr>) -> Vec<Endpoint> {
    let endpoint = |(name, address): &(String, SocketAddr)| {
        let advertised = settings
            .advertised_listeners
            .iter()
            .flatten()
            .find(|listener| listener.name == *name);
        let own = match address.ip().is_unspecified() {
            true => "localhost".to_owned(),
            false => address.ip().to_string(),
        };
        let (host, port) = advertised.map_or((own, address.port()), |listener| (listener.host.clone(), listener.port));
        Endpoint {
            listener: name.as_str().into(),
            host: host.into(),
            port,
            security_protocol: 0,
        }
    };
    let mut endpoints: Vec<Endpoint> = bound.iter().map(endpoint).collect();
    endpoints.extend(rest.map(|address| rest_endpoint(settings, *address, endpoints.first())));
    endpoints
}

/// Where other brokers and the metadata service reach the REST interface: the host that `rest.listeners` names, else the
/// one that Kafka clients are told.
fn rest_endpoint(settings: &BrokerSettings, bound: SocketAddr, kafka: Option<&Endpoint>) -> Endpoint {
    let named = settings
        .rest_listeners
        .first()
        .and_then(|listener| listener.host.clone());
    let named = named.filter(|_| !bound.ip().is_unspecified());
    let told = kafka.map(|kafka| kafka.host.to_string());
    let host = named.or(told).unwrap_or_else(|| "localhost".to_owned());
    Endpoint {
        listener: REST_LISTENER.into(),
        host: host.into(),
        port: bound.port(),
        security_protocol: 0,
    }
}

/// Opens every replica that has a directory, telling how far it is when that takes long.
async fn open_partitions(
    live: &LiveSettings,
    world: &World,
    directories: &Directories,
    controller: &ControllerHandle,
    registry: &Registry,
) -> Result<Arc<PartitionRegistry>, ServerError> {
    let broker = live.broker();
    let group_commit = GroupCommit::new(GroupCommitConfig::default(), Arc::clone(&world.clock));
    registry.add(group_commit.metrics());
    let partitions = Arc::new(PartitionRegistry::new(OpenRegistry {
        broker_id: broker.node_id,
        dirs: directories.dirs.clone(),
        durability: match broker.log_durability {
            DurabilitySetting::Fsync => Durability::Fsync,
            DurabilitySetting::Os => Durability::Os,
        },
        settings: live.clone(),
        group_commit: Arc::new(group_commit),
        disk: Arc::clone(&world.disk),
        clock: Arc::clone(&world.clock),
        random: Arc::clone(&world.random),
    }));
    let (loading, image, clock) = (
        Arc::clone(&partitions),
        controller.metadata().load_full(),
        Arc::clone(&world.clock),
    );
    let was_clean = directories.were_clean;
    let first = directories
        .dirs
        .first()
        .map(|dir| dir.path().to_owned())
        .unwrap_or_default();
    let loaded = blocking(move || {
        if !was_clean {
            tracing::info!("the last stop was not in order, or this is the first start: logs are checked");
        }
        loading.load(&image, &progress_report(clock))
    });
    let failed = loaded.await?.map_err(|error| ServerError::Directory {
        directory: first,
        error,
    })?;
    for error in failed {
        tracing::error!(%error, "a partition is offline; all others are served");
    }
    Ok(partitions)
}

/// Tells how far recovery is, once a second at most, and not at all when it is over sooner.
fn progress_report(clock: Arc<dyn Clock>) -> impl Fn(LoadProgress) + Sync {
    let next_ms = AtomicU64::new(millis(clock.monotonic() + PROGRESS_INTERVAL));
    move |progress| {
        let now = millis(clock.monotonic());
        let due = next_ms.load(Ordering::Relaxed);
        let step = millis(PROGRESS_INTERVAL);
        let ours = now >= due
            && next_ms
                .compare_exchange(due, now + step, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if ours {
            tracing::info!(done = progress.done, total = progress.total, "opening partitions");
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The default gateway, where this process runs in a container: a peer with that address came by a forwarded port.
fn forwarding_gateway(disk: &dyn Disk) -> Option<IpAddr> {
    let in_container = ["/.dockerenv", "/run/.containerenv"];
    let in_container = in_container
        .iter()
        .any(|mark| disk.exists(Path::new(mark)).unwrap_or(false));
    if !in_container {
        return None;
    }
    // The kernel's routing table, which is no file on a disk.
    let routes = std::fs::read_to_string("/proc/net/route").ok()?;
    default_gateway(&routes).map(IpAddr::from)
}
