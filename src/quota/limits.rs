//! Which limit of one kind holds for a client: Kafka's order of precedence among users, client ids and both.
//!
//! From the most to the least particular: user and client id, user and any client id, user, any user and client id, any
//! user and any client id, any user, client id, any client id. A limit of a user is shared by all clients of that user, one
//! of a client id by all users of that client id.

use std::collections::HashMap;
use std::sync::Arc;

use crate::metadata::ClientQuotasImage;

/// Kafka's names for what a quota may be about.
pub const USER: &str = "user";
/// As [`USER`].
pub const CLIENT_ID: &str = "client-id";
/// As [`USER`].
pub const IP: &str = "ip";

/// Who sends requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client<'a> {
    /// The name of the principal.
    pub user: &'a str,
    /// What the client calls itself; may be empty.
    pub client_id: &'a str,
}

/// Those who share a limit: one side is empty when the limit does not tell them apart.
pub type Account<'a> = Client<'a>;

/// Something for single names, and for all others.
#[derive(Debug, Clone, PartialEq)]
struct Named<T> {
    by_name: HashMap<Arc<str>, T>,
    default: Option<T>,
}

impl<T> Default for Named<T> {
    fn default() -> Named<T> {
        Named {
            by_name: HashMap::new(),
            default: None,
        }
    }
}

impl<T> Named<T> {
    fn of(&self, name: &str) -> Option<&T> {
        self.by_name.get(name)
    }

    /// For this name, else for all.
    fn find(&self, name: &str) -> Option<&T> {
        self.of(name).or(self.default.as_ref())
    }

    fn set(&mut self, name: Option<&Arc<str>>, value: T) {
        match name {
            Some(name) => drop(self.by_name.insert(Arc::clone(name), value)),
            None => self.default = Some(value),
        }
    }

    fn is_empty(&self) -> bool {
        self.by_name.is_empty() && self.default.is_none()
    }
}

impl<T: Default> Named<T> {
    fn entry(&mut self, name: Option<&Arc<str>>) -> &mut T {
        match name {
            Some(name) => self.by_name.entry(Arc::clone(name)).or_default(),
            None => self.default.get_or_insert_default(),
        }
    }
}

/// All limits of one kind.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Limits {
    users: Named<f64>,
    clients: Named<f64>,
    /// By user, then by client id.
    pairs: Named<Named<f64>>,
}

impl Limits {
    /// What the image says of the quota `key` for users and client ids.
    pub fn of_image(image: &ClientQuotasImage, key: &str) -> Limits {
        let mut limits = Limits::default();
        for (entity, values) in image.iter() {
            let Some(limit) = values.get(key).copied() else {
                continue;
            };
            match (entity.get(USER), entity.get(CLIENT_ID)) {
                (Some(user), Some(client)) => limits.pairs.entry(user.as_ref()).set(client.as_ref(), limit),
                (Some(user), None) => limits.users.set(user.as_ref(), limit),
                (None, Some(client)) => limits.clients.set(client.as_ref(), limit),
                (None, None) => {}
            }
        }
        limits
    }

    /// Whether nobody is limited.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty() && self.clients.is_empty() && self.pairs.is_empty()
    }

    /// The limit that holds for a client, and those it shares it with.
    pub fn find<'a>(&self, client: Client<'a>) -> Option<(Account<'a>, f64)> {
        let account = self.account(client);
        self.of(account).map(|limit| (account, limit))
    }

    /// Which level applies decides what is told apart. With limits of one level only, it is that level, found or not.
    fn account<'a>(&self, client: Client<'a>) -> Account<'a> {
        let Client { user, client_id } = client;
        let (by_user, by_client) = (Client { user, client_id: "" }, Client { user: "", client_id });
        match (self.users.is_empty(), self.clients.is_empty(), self.pairs.is_empty()) {
            (true, _, true) => return by_client,
            (false, true, true) => return by_user,
            (true, true, false) => return client,
            _ => {}
        }
        let of_user = self.pairs.of(user);
        let of_any_user = self.pairs.default.as_ref();
        match () {
            () if of_user.is_some_and(|clients| clients.find(client_id).is_some()) => client,
            () if self.users.of(user).is_some() => by_user,
            () if of_any_user.is_some_and(|clients| clients.find(client_id).is_some()) => client,
            () if self.users.default.is_some() => by_user,
            () => by_client,
        }
    }

    fn of(&self, account: Account<'_>) -> Option<f64> {
        let Client { user, client_id } = account;
        match (user, client_id) {
            ("", "") => None,
            ("", client_id) => self.clients.find(client_id).copied(),
            (user, "") => self.users.find(user).copied(),
            (user, client_id) => {
                let of = |clients: Option<&Named<f64>>| clients.and_then(|clients| clients.find(client_id)).copied();
                of(self.pairs.of(user)).or_else(|| of(self.pairs.default.as_ref()))
            }
        }
    }
}
