//! The address of this broker that a client is told in Metadata answers.
//!
//! An entry in `advertised.listeners` wins. Without one, a client is told the address that it has just used with
//! success, which is the local address of its connection:
//!
//! - a client on the same machine that connected to `127.0.0.1` or `::1` is told that;
//! - a client in the same container network that connected to `kafka:9092` is told the container's address, which it
//!   reaches as well;
//! - a client elsewhere is told the address of the interface it came in by.
//!
//! The exception is a forwarded port. A client on a container's host that connects to `localhost:9092` is seen with the
//! address of the container network's gateway, and the local address is the container's own, which the host may not
//! reach (Docker on macOS and Windows). So a peer that is the default gateway is told `localhost`, with the listener's
//! port: publish it under the same number. The caller passes the gateway only where the process runs in a container:
//! elsewhere it is a router. What cannot be derived, and needs `advertised.listeners`: a port published under
//! another number, and clients that reach the broker through an address translation on a third machine.
//!
//! Pure: addresses in, address out. A wildcard address is never given out; IPv4 addresses in IPv6 form are given in
//! IPv4 form.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::api::service::Endpoint;

/// What the client of one connection is told.
///
/// `configured`: the listener's entry in `advertised.listeners`. `gateway`: the default gateway, where this process
/// runs in a container.
pub fn advertised(
    configured: Option<&Endpoint>,
    local: SocketAddr,
    peer: SocketAddr,
    gateway: Option<IpAddr>,
) -> Endpoint {
    if let Some(configured) = configured {
        return configured.clone();
    }
    let ip = local.ip().to_canonical();
    let forwarded = gateway.is_some_and(|gateway| gateway.to_canonical() == peer.ip().to_canonical());
    let host = if forwarded || ip.is_unspecified() {
        "localhost".into()
    } else {
        ip.to_string().into_boxed_str()
    };
    Endpoint {
        host,
        port: local.port(),
    }
}

/// The default gateway in the text of `/proc/net/route`, if there is one.
pub fn default_gateway(routes: &str) -> Option<Ipv4Addr> {
    const UP_AND_GATEWAY: u32 = 0x3;
    routes.lines().skip(1).find_map(|line| {
        let mut fields = line.split_ascii_whitespace();
        let (_interface, destination, gateway, flags) =
            (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let flags = u32::from_str_radix(flags, 16).ok()?;
        if destination != "00000000" || flags & UP_AND_GATEWAY != UP_AND_GATEWAY {
            return None;
        }
        // The kernel prints the address as a number in the machine's byte order.
        let gateway = u32::from_str_radix(gateway, 16).ok()?;
        Some(Ipv4Addr::from(gateway.to_ne_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(local: &str, peer: &str, gateway: Option<&str>) -> String {
        let gateway = gateway.map(|gateway| gateway.parse().unwrap());
        advertised(None, local.parse().unwrap(), peer.parse().unwrap(), gateway).to_string()
    }

    #[test]
    fn a_client_is_told_the_address_that_it_used() {
        assert_eq!(told("127.0.0.1:9092", "127.0.0.1:4000", None), "127.0.0.1:9092");
        assert_eq!(told("[::1]:9092", "[::1]:4000", None), "[::1]:9092");
        assert_eq!(
            told("172.17.0.2:9092", "172.17.0.3:4000", Some("172.17.0.1")),
            "172.17.0.2:9092"
        );
        assert_eq!(
            told("[2001:db8::5]:9093", "[2001:db8::6]:4000", None),
            "[2001:db8::5]:9093"
        );
    }

    #[test]
    fn an_ipv4_client_of_an_ipv6_socket_is_told_an_ipv4_address() {
        assert_eq!(
            told("[::ffff:10.1.2.3]:9092", "[::ffff:10.1.2.4]:4000", None),
            "10.1.2.3:9092"
        );
    }

    #[test]
    fn the_host_behind_a_forwarded_port_is_told_localhost() {
        assert_eq!(
            told("172.17.0.2:9092", "172.17.0.1:4000", Some("172.17.0.1")),
            "localhost:9092"
        );
        let mapped = told(
            "[::ffff:172.17.0.2]:9092",
            "[::ffff:172.17.0.1]:4000",
            Some("172.17.0.1"),
        );
        assert_eq!(mapped, "localhost:9092");
    }

    #[test]
    fn the_configured_address_wins_even_over_a_forwarded_port() {
        let configured = Endpoint {
            host: "kafka.example".into(),
            port: 29092,
        };
        let local = "172.17.0.2:9092".parse().unwrap();
        let gateway: SocketAddr = "172.17.0.1:4000".parse().unwrap();
        let told = advertised(Some(&configured), local, gateway, Some(gateway.ip()));
        assert_eq!(told, configured);
    }

    #[test]
    fn a_wildcard_is_never_given_out() {
        assert_eq!(told("0.0.0.0:9092", "10.0.0.1:4000", None), "localhost:9092");
        assert_eq!(told("[::]:9092", "[::1]:4000", None), "localhost:9092");
    }

    #[test]
    fn the_gateway_is_read_from_the_route_table() {
        let address = u32::from_ne_bytes([172, 17, 0, 1]);
        let table = format!(
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
             eth0\t{:08X}\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n\
             eth0\t00000000\t{address:08X}\t0003\t0\t0\t0\t00000000\t0\t0\t0\n",
            u32::from_ne_bytes([172, 17, 0, 0]),
        );
        assert_eq!(default_gateway(&table), Some(Ipv4Addr::new(172, 17, 0, 1)));
    }

    #[test]
    fn no_route_no_gateway() {
        assert_eq!(default_gateway(""), None);
        assert_eq!(default_gateway("Iface Destination Gateway Flags\n"), None);
        assert_eq!(default_gateway("header\neth0\t00000000\tnothex\t0003\n"), None);
        assert_eq!(default_gateway("header\neth0\t00000000\t010011AC\t0001\n"), None);
        assert_eq!(default_gateway("header\neth0\t00000000\n"), None);
    }
}
