"""Contains all the data models used in inputs/outputs"""

from .account_told import AccountTold
from .attach_kiosk_order_sent_person import AttachKioskOrderSentPerson
from .audit_entries import AuditEntries
from .audit_entry import AuditEntry
from .audit_entry_context import AuditEntryContext
from .bind_web_identity_sent_binding import BindWebIdentitySentBinding
from .bulk_customers_bulk import BulkCustomersBulk
from .bulk_customers_bulk_rows_item import BulkCustomersBulkRowsItem
from .bulk_customers_bulk_rows_item_customer import BulkCustomersBulkRowsItemCustomer
from .bulk_told import BulkTold
from .change import Change
from .change_webhook_webhook_change import ChangeWebhookWebhookChange
from .change_webhook_webhook_change_state_type_0 import (
    ChangeWebhookWebhookChangeStateType0,
)
from .claim_orders_sent_proof import ClaimOrdersSentProof
from .claimed_orders import ClaimedOrders
from .code_and_words import CodeAndWords
from .confirm_consent_nothing import ConfirmConsentNothing
from .connection_state import ConnectionState
from .connection_told import ConnectionTold
from .connections import Connections
from .consent_ledger import ConsentLedger
from .consent_told import ConsentTold
from .consent_wording import ConsentWording
from .consent_wordings import ConsentWordings
from .consents import Consents
from .create_consent_wording_sent_wording import CreateConsentWordingSentWording
from .create_consent_wording_sent_wording_channel import (
    CreateConsentWordingSentWordingChannel,
)
from .create_consent_wording_sent_wording_purpose import (
    CreateConsentWordingSentWordingPurpose,
)
from .create_customer_body import CreateCustomerBody
from .create_customer_body_customer import CreateCustomerBodyCustomer
from .create_webhook_new_webhook import CreateWebhookNewWebhook
from .customer_record import CustomerRecord
from .customers import Customers
from .decide_duplicate_decision_sent import DecideDuplicateDecisionSent
from .decide_duplicate_decision_sent_decision import DecideDuplicateDecisionSentDecision
from .decided import Decided
from .decided_side import DecidedSide
from .decided_side_record_type_0 import DecidedSideRecordType0
from .decision_told import DecisionTold
from .decisions import Decisions
from .deliveries import Deliveries
from .delivery_told import DeliveryTold
from .detach_kiosk_order_sent_nothing import DetachKioskOrderSentNothing
from .discard_outbox_entry_discarding import DiscardOutboxEntryDiscarding
from .duplicate import Duplicate
from .duplicate_evidence import DuplicateEvidence
from .duplicate_person import DuplicatePerson
from .duplicate_person_fields import DuplicatePersonFields
from .duplicate_person_record_type_0 import DuplicatePersonRecordType0
from .duplicates import Duplicates
from .entries import Entries
from .entry_told import EntryTold
from .entry_told_decisions import EntryToldDecisions
from .event_told import EventTold
from .event_told_data import EventToldData
from .events import Events
from .field_changed import FieldChanged
from .field_told import FieldTold
from .found_customer import FoundCustomer
from .found_customers import FoundCustomers
from .history import History
from .identities import Identities
from .identity import Identity
from .inbox_event_told import InboxEventTold
from .inbox_events import InboxEvents
from .kiosk_order_line_told import KioskOrderLineTold
from .kiosk_order_told import KioskOrderTold
from .kiosk_orders import KioskOrders
from .kiosk_told import KioskTold
from .kiosks import Kiosks
from .list_connections_sort import ListConnectionsSort
from .list_customers_sort import ListCustomersSort
from .list_history_field import ListHistoryField
from .list_inbox_sort import ListInboxSort
from .list_inbox_state import ListInboxState
from .list_kiosks_sort import ListKiosksSort
from .list_outbox_sort import ListOutboxSort
from .list_outbox_state import ListOutboxState
from .list_quarantine_sort import ListQuarantineSort
from .list_stores_sort import ListStoresSort
from .list_syncs_sort import ListSyncsSort
from .list_syncs_state import ListSyncsState
from .listed_customer import ListedCustomer
from .listed_customer_fields import ListedCustomerFields
from .look_up_at_pos_wanted import LookUpAtPosWanted
from .look_up_web_identity_sent_login import LookUpWebIdentitySentLogin
from .make_decision_new_decision import MakeDecisionNewDecision
from .make_decision_new_decision_kind import MakeDecisionNewDecisionKind
from .may_contact import MayContact
from .may_contact_channel import MayContactChannel
from .may_contact_purpose import MayContactPurpose
from .merge_people_new_merge import MergePeopleNewMerge
from .merge_previewed import MergePreviewed
from .merge_told import MergeTold
from .merge_told_evidence import MergeToldEvidence
from .merged_record import MergedRecord
from .merges import Merges
from .one_customer import OneCustomer
from .order import Order
from .order_line import OrderLine
from .order_step import OrderStep
from .orders import Orders
from .patched_customer import PatchedCustomer
from .pause_connection_nothing import PauseConnectionNothing
from .pay_kiosk_order_sent_payment import PayKioskOrderSentPayment
from .person_after import PersonAfter
from .person_side import PersonSide
from .platform_customer import PlatformCustomer
from .platform_customer_fields import PlatformCustomerFields
from .pos_row import PosRow
from .pos_row_fields import PosRowFields
from .pos_rows import PosRows
from .pos_status import PosStatus
from .preview_merge_two_people import PreviewMergeTwoPeople
from .price_told import PriceTold
from .problem import Problem
from .problem_errors import ProblemErrors
from .product_result import ProductResult
from .product_result_errors_type_0 import ProductResultErrorsType0
from .product_results import ProductResults
from .product_told import ProductTold
from .products import Products
from .provenance import Provenance
from .quarantined import Quarantined
from .quarantined_told import QuarantinedTold
from .reason import Reason
from .reconciliation_told import ReconciliationTold
from .reconciliations import Reconciliations
from .record_consent_sent_consent import RecordConsentSentConsent
from .record_consent_sent_consent_channel_type_0 import (
    RecordConsentSentConsentChannelType0,
)
from .record_consent_sent_consent_kind import RecordConsentSentConsentKind
from .record_consent_sent_consent_purpose_type_0 import (
    RecordConsentSentConsentPurposeType0,
)
from .record_consent_sent_consent_route import RecordConsentSentConsentRoute
from .record_named import RecordNamed
from .recorded_consents import RecordedConsents
from .registered_customer import RegisteredCustomer
from .replay_inbox_event_nothing import ReplayInboxEventNothing
from .replay_outbox_entry_nothing import ReplayOutboxEntryNothing
from .replay_webhook_webhook_replay import ReplayWebhookWebhookReplay
from .replayed import Replayed
from .resume_connection_nothing import ResumeConnectionNothing
from .retry_quarantine_nothing import RetryQuarantineNothing
from .rewind_connection_rewind_wanted import RewindConnectionRewindWanted
from .row_told import RowTold
from .row_told_errors_type_0 import RowToldErrorsType0
from .run_told import RunTold
from .runs import Runs
from .save_products_sent_products import SaveProductsSentProducts
from .save_products_sent_products_products_item import (
    SaveProductsSentProductsProductsItem,
)
from .search_customers_body import SearchCustomersBody
from .secret_told import SecretTold
from .start_reconciliation_reconciliation_wanted import (
    StartReconciliationReconciliationWanted,
)
from .start_sync_run_wanted import StartSyncRunWanted
from .step import Step
from .stop_consents_sent_stop import StopConsentsSentStop
from .stop_consents_sent_stop_channel import StopConsentsSentStopChannel
from .stopped import Stopped
from .store_told import StoreTold
from .stores import Stores
from .task_told import TaskTold
from .unbind_web_identity_nothing import UnbindWebIdentityNothing
from .undo_merge_undoing import UndoMergeUndoing
from .undo_previewed import UndoPreviewed
from .update_customer_changed_customer import UpdateCustomerChangedCustomer
from .update_customer_changed_customer_customer import (
    UpdateCustomerChangedCustomerCustomer,
)
from .update_customer_changed_customer_status import UpdateCustomerChangedCustomerStatus
from .value_told import ValueTold
from .web_identity_found import WebIdentityFound
from .web_identity_told import WebIdentityTold
from .web_login import WebLogin
from .webhook_made import WebhookMade
from .webhook_told import WebhookTold
from .webhooks import Webhooks
from .whole_order import WholeOrder
from .withdraw_decision_withdrawal import WithdrawDecisionWithdrawal

__all__ = (
    "AccountTold",
    "AttachKioskOrderSentPerson",
    "AuditEntries",
    "AuditEntry",
    "AuditEntryContext",
    "BindWebIdentitySentBinding",
    "BulkCustomersBulk",
    "BulkCustomersBulkRowsItem",
    "BulkCustomersBulkRowsItemCustomer",
    "BulkTold",
    "Change",
    "ChangeWebhookWebhookChange",
    "ChangeWebhookWebhookChangeStateType0",
    "ClaimedOrders",
    "ClaimOrdersSentProof",
    "CodeAndWords",
    "ConfirmConsentNothing",
    "Connections",
    "ConnectionState",
    "ConnectionTold",
    "ConsentLedger",
    "Consents",
    "ConsentTold",
    "ConsentWording",
    "ConsentWordings",
    "CreateConsentWordingSentWording",
    "CreateConsentWordingSentWordingChannel",
    "CreateConsentWordingSentWordingPurpose",
    "CreateCustomerBody",
    "CreateCustomerBodyCustomer",
    "CreateWebhookNewWebhook",
    "CustomerRecord",
    "Customers",
    "Decided",
    "DecidedSide",
    "DecidedSideRecordType0",
    "DecideDuplicateDecisionSent",
    "DecideDuplicateDecisionSentDecision",
    "Decisions",
    "DecisionTold",
    "Deliveries",
    "DeliveryTold",
    "DetachKioskOrderSentNothing",
    "DiscardOutboxEntryDiscarding",
    "Duplicate",
    "DuplicateEvidence",
    "DuplicatePerson",
    "DuplicatePersonFields",
    "DuplicatePersonRecordType0",
    "Duplicates",
    "Entries",
    "EntryTold",
    "EntryToldDecisions",
    "Events",
    "EventTold",
    "EventToldData",
    "FieldChanged",
    "FieldTold",
    "FoundCustomer",
    "FoundCustomers",
    "History",
    "Identities",
    "Identity",
    "InboxEvents",
    "InboxEventTold",
    "KioskOrderLineTold",
    "KioskOrders",
    "KioskOrderTold",
    "Kiosks",
    "KioskTold",
    "ListConnectionsSort",
    "ListCustomersSort",
    "ListedCustomer",
    "ListedCustomerFields",
    "ListHistoryField",
    "ListInboxSort",
    "ListInboxState",
    "ListKiosksSort",
    "ListOutboxSort",
    "ListOutboxState",
    "ListQuarantineSort",
    "ListStoresSort",
    "ListSyncsSort",
    "ListSyncsState",
    "LookUpAtPosWanted",
    "LookUpWebIdentitySentLogin",
    "MakeDecisionNewDecision",
    "MakeDecisionNewDecisionKind",
    "MayContact",
    "MayContactChannel",
    "MayContactPurpose",
    "MergedRecord",
    "MergePeopleNewMerge",
    "MergePreviewed",
    "Merges",
    "MergeTold",
    "MergeToldEvidence",
    "OneCustomer",
    "Order",
    "OrderLine",
    "Orders",
    "OrderStep",
    "PatchedCustomer",
    "PauseConnectionNothing",
    "PayKioskOrderSentPayment",
    "PersonAfter",
    "PersonSide",
    "PlatformCustomer",
    "PlatformCustomerFields",
    "PosRow",
    "PosRowFields",
    "PosRows",
    "PosStatus",
    "PreviewMergeTwoPeople",
    "PriceTold",
    "Problem",
    "ProblemErrors",
    "ProductResult",
    "ProductResultErrorsType0",
    "ProductResults",
    "Products",
    "ProductTold",
    "Provenance",
    "Quarantined",
    "QuarantinedTold",
    "Reason",
    "Reconciliations",
    "ReconciliationTold",
    "RecordConsentSentConsent",
    "RecordConsentSentConsentChannelType0",
    "RecordConsentSentConsentKind",
    "RecordConsentSentConsentPurposeType0",
    "RecordConsentSentConsentRoute",
    "RecordedConsents",
    "RecordNamed",
    "RegisteredCustomer",
    "Replayed",
    "ReplayInboxEventNothing",
    "ReplayOutboxEntryNothing",
    "ReplayWebhookWebhookReplay",
    "ResumeConnectionNothing",
    "RetryQuarantineNothing",
    "RewindConnectionRewindWanted",
    "RowTold",
    "RowToldErrorsType0",
    "Runs",
    "RunTold",
    "SaveProductsSentProducts",
    "SaveProductsSentProductsProductsItem",
    "SearchCustomersBody",
    "SecretTold",
    "StartReconciliationReconciliationWanted",
    "StartSyncRunWanted",
    "Step",
    "StopConsentsSentStop",
    "StopConsentsSentStopChannel",
    "Stopped",
    "Stores",
    "StoreTold",
    "TaskTold",
    "UnbindWebIdentityNothing",
    "UndoMergeUndoing",
    "UndoPreviewed",
    "UpdateCustomerChangedCustomer",
    "UpdateCustomerChangedCustomerCustomer",
    "UpdateCustomerChangedCustomerStatus",
    "ValueTold",
    "WebhookMade",
    "Webhooks",
    "WebhookTold",
    "WebIdentityFound",
    "WebIdentityTold",
    "WebLogin",
    "WholeOrder",
    "WithdrawDecisionWithdrawal",
)
