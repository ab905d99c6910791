"""The statements by which a kiosk looks people up: the door, what is found, and the note of it.

One statement does all: *door* lets the key in if it is valid at this moment, *found* reads records
of the accounts that serve the kiosk's store, *noted* writes the audit entry of the read, *waiting*
brings what was typed here and is still on its way to a POS. They run prepared, so each is built
once for a set of criteria. All values are parameters.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final, NamedTuple

from rollcall.customers.rules.kiosk_criteria import EXACT, NAMES
from rollcall.kit.kiosk_profiles import KeyProfile

#: The most rows that a search answers with.
MOST_ROWS: Final = 25
#: Places in the dictionary of names that one word looks at: "m" must not keep the server busy.
MOST_LISTED: Final = 50_000
#: Words of one name that narrow the search; all are compared once a record is open.
MOST_WORDS: Final = 6

#: Everything is looked up by ids that the caller was once proven to have, and compared again: a
#: plan without joins starts in half the time.
_DOOR: Final = """door as materialized (
  select kiosk.catalog_id = %(catalog)s{siblings} as is_own
    from stores_kioskkey key, stores_kiosk kiosk, stores_store store
   where key.id = %(key)s and key.public_part = %(public_part)s
     and key.secret_hash = %(secret_hash)s and key.retailer_id = %(retailer)s
     and key.revoked_at is null and (key.expires_at is null or key.expires_at > now())
     and {trusted}
     and key.kiosk_id = %(kiosk)s and kiosk.id = %(kiosk)s and kiosk.active
     and kiosk.store_id = %(store)s and store.id = %(store)s and store.active
)"""
#: That the key has the profile that the caller was once proven to have.
_TRUSTED: Final[Mapping[KeyProfile, str]] = {
    KeyProfile.ATTENDED: "key.profile = 'attended'",
    KeyProfile.STRICT: "(key.profile = 'strict'"
    " or key.profile = 'legacy' and key.profile_until <= now())",
    KeyProfile.LEGACY: "key.profile = 'legacy' and key.profile_until > now()",
}
_FROM_PAGE: Final = " and (key.origins is null or %(origin)s = any (key.origins))"
#: Only legacy keys open other kiosks of their store; the others do not pay for looking.
_SIBLINGS: Final = """ or exists (
           select from stores_kiosk sibling
            where sibling.catalog_id = %(catalog)s and sibling.store_id = %(store)s
              and sibling.retailer_id = %(retailer)s and sibling.active)"""
_COLUMNS: Final = (
    "record.id, record.account_id, record.external_id, record.status_raw,"
    " record.pos_updated_at, record.sealed_fields"
)
#: A store's accounts are few, so they are an array: the planner then never starts with them.
_ACCOUNTS: Final = """array(
    select served.account_id from customers_accountstore served
     where served.retailer_id = %(retailer)s and served.store_id = %(store)s)"""
#: Nearly always nothing waits: one look into an index that is empty, and no person is looked for.
#: (An order and a subselect keep the planner to that index, however many it believes are waiting.)
_RESULT: Final = """
select door.is_own, found.id, found.account_id, found.external_id, found.status_raw,
       found.pos_updated_at, found.sealed_fields, array(
    select row(edit.customer_id, edit.field, edit.sealed_value)
      from customers_fieldedit edit
     where (select one.holder_id from customers_fieldedit one
             where one.retailer_id = %(retailer)s and one.waiting and one.withdrawn_at is null
               and not one.covered
             order by one.holder_id limit 1) is not null
       and edit.retailer_id = %(retailer)s and edit.waiting and edit.withdrawn_at is null
       and not edit.covered and edit.holder_id = (
             select link.customer_id from customers_link link where link.record_id = found.id)
     order by edit.at, edit.id
  ) as waiting
  from door left join found on true"""
#: Behind the door of another kiosk nothing is read, so nothing is noted.
_NOTE: Final = """insert into audit_entry
    (retailer_id, actor, action, subject_kind, subject_ids, fields, context)"""
_CONTEXT: Final = (
    "jsonb_build_object('found', (select count(*) from found),"
    " 'store', %(store)s::int8, 'key', %(key)s::int8)"
)


class Trust(NamedTuple):
    """What a statement has to prove of the caller, besides the key.

    :param is_from_page: a web page asks; its origin is the parameter ``origin``.
    """

    profile: KeyProfile
    is_from_page: bool


@functools.lru_cache(maxsize=512)
def search_statement(
    names: tuple[str, ...],
    *,
    given_words: int,
    family_words: int,
    is_possible: bool = True,
    trust: Trust,
) -> str:
    """The statement that searches by some parameters.

    Parameters of its own: ``<parameter>`` for exact ones (the blind index), and ``first_name_<n>``
    with ``first_name_<n>_end`` for words; so too for the last name.

    :param names: parameters of the API that were given.
    :param given_words: how many words the first name has, at most ``MOST_WORDS``.
    :param trust: what is believed of the caller; the statement proves it.
    :param is_possible: False if nobody can fit; the door is checked and the audit written anyway.
    """
    words = {"first_name": given_words, "last_name": family_words}
    exact = [name for name in names if name in EXACT]
    conditions = [f"record.{EXACT[name]}_key = %({name})s" for name in exact]
    for part, name in enumerate(NAMES, start=1):
        if name in names:
            condition = _has_word if exact else _is_listed
            conditions += [condition(name, number, part) for number in range(words[name])]
    if not is_possible:
        conditions = ["false"]
    fields = ",".join(sorted(names))
    return f"""
with {_door(trust)}, found as materialized (
  select {_COLUMNS}
    from customers_posrecord record
   where (select is_own from door) and record.retailer_id = %(retailer)s
     and {" and ".join(conditions)}
     and record.gone_at is null and record.merged_into is null
     and record.account_id = any ({_ACCOUNTS})
   limit {MOST_ROWS + 1}
), noted as (
  {_NOTE}
  select %(retailer)s, %(actor)s, 'customer.looked_up', 'record',
         array(select id from found), '{{{fields}}}'::text[], {_CONTEXT}
    from door where is_own
){_RESULT}"""  # noqa: S608  # only names of our own are put in


@functools.cache
def read_statement(trust: Trust) -> str:
    """The statement that reads one person by the POS's id or the public one (``public_id``).

    Ids that were merged away, at the POS or here, are followed to who they are now. A POS's id
    counts before a public one of the same spelling. Several rows come back only if several accounts
    of the store have the POS's id.
    """
    return f"with {_door(trust)}{_READ_REST}"


def _door(trust: Trust) -> str:
    trusted = _TRUSTED[trust.profile] + (_FROM_PAGE if trust.is_from_page else "")
    is_legacy = trust.profile is KeyProfile.LEGACY
    return _DOOR.format(siblings=_SIBLINGS if is_legacy else "", trusted=trusted)


def _has_word(name: str, number: int, part: int) -> str:
    """For records that an index found already: the folded name has a word that begins so."""
    column = "given_folded" if part == 1 else "family_folded"
    return f"strpos(' ' || record.{column}, ' ' || %({name}_{number})s) > 0"


def _is_listed(name: str, number: int, part: int) -> str:
    """For names alone: through the dictionary of words."""
    return f"""record.id in (
       select named.record_id from customers_nametoken token
         join customers_recordname named on named.token_id = token.id
        where token.retailer_id = %(retailer)s
          and token.token ~>=~ %({name}_{number})s and token.token ~<~ %({name}_{number}_end)s
          and named.part & {part} <> 0
        limit {MOST_LISTED})"""  # noqa: S608  # only names of our own are put in


_READ_REST: Final = f""", accounts as materialized (
  select unnest({_ACCOUNTS}) as account_id from door where is_own
), named as (
  with recursive step(id, account_id, external_id, merged_into, depth) as (
    select record.id, record.account_id, record.external_id, record.merged_into, 0
      from customers_posrecord record
     where record.retailer_id = %(retailer)s
       and record.account_id = any (array(select account_id from accounts))
       and record.external_id = %(external_id)s
       and (record.gone_at is null or record.merged_into is not null)
    union all
    select record.id, record.account_id, record.external_id, record.merged_into, step.depth + 1
      from step join customers_posrecord record
        on record.retailer_id = %(retailer)s and record.account_id = step.account_id
       and record.external_id = step.merged_into
     where step.depth < 20
  ) select id from step where merged_into is null
), person as (
  with recursive step(id, merged_into_id, depth) as (
    select customer.id, customer.merged_into_id, 0 from customers_customer customer
     where customer.public_id = %(public_id)s and customer.retailer_id = %(retailer)s
       and exists (select from door where door.is_own) and not exists (select from named)
    union all
    select customer.id, customer.merged_into_id, step.depth + 1
      from step join customers_customer customer
        on customer.id = step.merged_into_id and customer.retailer_id = %(retailer)s
     where step.depth < 20
  ) select id from step where merged_into_id is null
), theirs as (
  select record.id from person join customers_link link on link.customer_id = person.id
    join customers_posrecord record on record.id = link.record_id
   where record.retailer_id = %(retailer)s and record.gone_at is null
     and record.merged_into is null
     and record.account_id in (select account_id from accounts)
   order by record.status, record.pos_updated_at desc nulls last, record.id limit 1
), found as materialized (
  select {_COLUMNS}, link.customer_id
    from customers_posrecord record join customers_link link on link.record_id = record.id
   where record.id = any (array(select id from named union select id from theirs))
     and record.retailer_id = %(retailer)s and record.gone_at is null
), noted as (
  {_NOTE}
  select %(retailer)s, %(actor)s,
         case when seen.is_any then 'customer.viewed' else 'customer.looked_up' end,
         case when seen.is_any then 'customer' else 'record' end,
         array(select distinct customer_id from found),
         case when seen.is_any then '{{}}' else '{{customer_id}}'::text[] end, {_CONTEXT}
    from door, (select exists (select from found) as is_any) seen where is_own
){_RESULT}"""  # noqa: S608  # only columns of our own are put in
