"""Others' systems: objects that refer to each other and add up, books that tools check, statements."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from beancount import loader
from ofxtools.Parser import OFXTree

from synth_assets.export.formats import in_memory_source, vendor_of, write
from synth_assets.export.systems import systems_of
from synth_assets.generation.generate import Dataset, in_memory
from synth_assets.model.errors import UsageProblem
from synth_assets.scenario.resolve import resolve
from synth_assets.worlds import NAMES, load

SIZES: dict[str, dict[str, Any]] = {
    "order_to_cash": {"num_transactions": 400, "as_of": "2026-11-21", "payments_per_invoice": 3},
    "subscriptions": {"num_customers": 60, "plan_change_share": 0.3},
    "personal_banking": {"num_users": 12, "as_of": "2026-11-21", "preset": "faulty"},
    "wholesale": {"preset": "small"},
}

Object = dict[str, Any]


@pytest.fixture(scope="module")
def made() -> Callable[[str], Dataset]:
    kept: dict[str, Dataset] = {}

    def world(name: str) -> Dataset:
        if name not in kept:
            kept[name] = in_memory(resolve(name, SIZES[name]))
        return kept[name]

    return world


@pytest.fixture(scope="module")
def written(made: Callable[[str], Dataset], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The directory of a world's export for a system, made once."""
    root = tmp_path_factory.mktemp("systems")

    def out(world: str, form: str) -> Path:
        place = root / world / form
        if not place.exists():
            write(in_memory_source(made(world).scenario, made(world).tables), form, place)
        return place

    return out


def dollars(cents: int) -> Decimal:
    return Decimal(int(cents)) / 100


def objects(out: Path, name: str) -> list[Object]:
    return json.loads((out / f"{name}.json").read_text("utf-8"), parse_float=Decimal)


def test_which_worlds_are_written_for_which_systems() -> None:
    assert {name: systems_of(load(name)) for name in NAMES} == {
        "order_to_cash": ("quickbooks", "gohighlevel", "fivetran-quickbooks", "beancount", "hledger"),
        "subscriptions": ("stripe",),
        "personal_banking": ("ofx", "csv-bank"),
        "wholesale": ("beancount", "hledger"),
    }
    with pytest.raises(
        UsageProblem, match=r"unknown format 'stripe' \(formats: csv, .*, hledger; world: order"
    ):
        vendor_of(load("order_to_cash"), "stripe")


# --- QuickBooks ---------------------------------------------------------------------------------------

FIELDS = {
    "Account": "AccountSubType AccountType Active Classification CurrencyRef CurrentBalance "
    "FullyQualifiedName Id Name SubAccount SyncToken domain sparse",
    "Customer": "Active Balance BalanceWithJobs CompanyName CurrencyRef DisplayName FamilyName GivenName Id "
    "MetaData PrimaryEmailAddr PrimaryPhone SyncToken domain sparse",
    "Item": "Active Description FullyQualifiedName Id IncomeAccountRef Name PurchaseCost Sku SyncToken "
    "Taxable TrackQtyOnHand Type UnitPrice domain sparse",
    "Invoice": "Balance BillEmail CurrencyRef CustomerRef DocNumber DueDate Id Line LinkedTxn MetaData "
    "SyncToken TotalAmt TxnDate domain sparse",
    "Payment": "ARAccountRef CurrencyRef CustomerRef DepositToAccountRef Id Line MetaData PaymentRefNum "
    "PrivateNote SyncToken TotalAmt TxnDate UnappliedAmt domain sparse",
    "JournalEntry": "Adjustment CurrencyRef DocNumber Id Line SyncToken TotalAmt TxnDate domain sparse",
}
"""Of the names that QuickBooks Online's accounting API has, those that have a value here."""


def test_quickbooks_objects_refer_to_each_other_and_add_up(
    made: Callable[[str], Dataset], written: Callable[..., Path]
) -> None:
    out = written("order_to_cash", "quickbooks")
    every = {name: objects(out, name) for name in FIELDS}
    by_id = {name: {row["Id"]: row for row in rows} for name, rows in every.items()}
    for name, rows in every.items():
        assert len(by_id[name]) == len(rows) > 0
        assert all(set(row) == set(FIELDS[name].split()) for row in rows)
        assert all(row["Id"].isdigit() for row in rows)
    received: Counter[str] = Counter()
    for payment in every["Payment"]:
        assert payment["CustomerRef"]["value"] in by_id["Customer"]
        assert sum(line["Amount"] for line in payment["Line"]) == payment["TotalAmt"]
        for line in payment["Line"]:
            (link,) = line["LinkedTxn"]
            invoice = by_id["Invoice"][link["TxnId"]]
            assert invoice["CustomerRef"] == payment["CustomerRef"]
            assert {"TxnId": payment["Id"], "TxnType": "Payment"} in invoice["LinkedTxn"]
            received[link["TxnId"]] += line["Amount"]
    balance: Counter[str] = Counter()
    for invoice in every["Invoice"]:
        sale, *discount = invoice["Line"]
        detail = sale["SalesItemLineDetail"]
        assert by_id["Item"][detail["ItemRef"]["value"]]["Name"] == detail["ItemRef"]["name"]
        assert abs(detail["UnitPrice"] * detail["Qty"] - sale["Amount"]) < Decimal("0.005")
        assert sale["Amount"] - sum(line["Amount"] for line in discount) == invoice["TotalAmt"]
        assert invoice["TotalAmt"] - received[invoice["Id"]] == invoice["Balance"] >= 0
        balance[invoice["CustomerRef"]["value"]] += invoice["Balance"]
    assert {row["Id"]: row["Balance"] for row in every["Customer"] if row["Balance"]} == +balance
    names = [row["DisplayName"] for row in every["Customer"]]
    assert len(set(names)) == len(names)
    invoices = made("order_to_cash").frame("invoices")
    assert sum(row["TotalAmt"] for row in every["Invoice"]) == dollars(invoices["amount_due_cents"].sum())


def test_quickbooks_journal_gives_the_balances_of_the_accounts(written: Callable[..., Path]) -> None:
    out = written("order_to_cash", "quickbooks")
    balance: Counter[str] = Counter()
    for entry in objects(out, "JournalEntry"):
        signed = []
        for line in entry["Line"]:
            detail = line["JournalEntryLineDetail"]
            signed.append(line["Amount"] * (1 if detail["PostingType"] == "Debit" else -1))
            balance[detail["AccountRef"]["value"]] += signed[-1]
        assert len(signed) == 2
        assert sum(signed) == 0
    assert balance == {"1": balance["1"], "2": -(balance["1"] + balance["3"]), "3": balance["3"]}
    for account in objects(out, "Account"):
        assert abs(balance[account["Id"]]) == account["CurrentBalance"] > 0


def test_a_receipt_for_several_invoices_is_one_payment(
    made: Callable[[str], Dataset], written: Callable[..., Path]
) -> None:
    payments = objects(written("order_to_cash", "quickbooks"), "Payment")
    receipts = made("order_to_cash").frame("payments").groupby("receipt_id").size()
    lines = {payment["PaymentRefNum"]: len(payment["Line"]) for payment in payments}
    assert lines == receipts.to_dict()
    assert max(lines.values()) > 1


# --- GoHighLevel --------------------------------------------------------------------------------------


def test_gohighlevel_objects_refer_to_each_other_and_add_up(
    made: Callable[[str], Dataset], written: Callable[..., Path]
) -> None:
    out = written("order_to_cash", "gohighlevel")
    (pipeline,) = objects(out, "pipelines")
    contacts = {row["id"] for row in objects(out, "contacts")}
    deals = {row["id"]: row for row in objects(out, "opportunities")}
    orders = {row["_id"]: row for row in objects(out, "orders")}
    assert all(re.fullmatch("[0-9A-Za-z]{20}", name) for name in [*contacts, *deals, pipeline["id"]])
    assert all(re.fullmatch("[0-9a-f]{24}", name) for name in orders)
    stages = {stage["id"]: stage["name"] for stage in pipeline["stages"]}
    assert all(re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", stage) for stage in stages)
    for deal in deals.values():
        assert deal["contactId"] in contacts
        is_closed = stages[deal["pipelineStageId"]].startswith("Closed")
        assert (deal["status"] in ("won", "lost")) == is_closed
    won = Counter(deal["status"] for deal in deals.values())["won"]
    assert won == len(orders) == len(made("order_to_cash").frame("orders"))
    for order in orders.values():
        assert order["contactId"] in contacts
        assert deals[order["sourceId"]]["monetaryValue"] == order["subtotal"]
        assert order["subtotal"] - order["discount"] == order["amount"]
    paid = objects(out, "transactions")
    assert all(row["entityId"] in orders and re.fullmatch("[0-9a-f]{24}", row["_id"]) for row in paid)
    total = made("order_to_cash").frame("payments")["amount_cents"].sum()
    assert sum(row["amount"] for row in paid) == dollars(total)


# --- Fivetran's tables of QuickBooks ------------------------------------------------------------------


def test_the_connectors_tables_give_our_statements(
    made: Callable[[str], Dataset], written: Callable[..., Path]
) -> None:
    """Profit and loss by month, and the balance sheet, as the packages compute them: from documents."""
    out = written("order_to_cash", "fivetran-quickbooks")
    ledger = made("order_to_cash").frame("ledger_entries")
    with duckdb.connect(str(out / "order_to_cash.duckdb"), read_only=True) as connection:
        connection.execute("USE quickbooks")
        revenue = connection.sql("""
            SELECT strftime(transaction_date, '%Y-%m') AS month, round(sum(CASE detail_type
                WHEN 'DiscountLineDetail' THEN -amount ELSE amount END), 2) AS amount
            FROM invoice JOIN invoice_line ON invoice_id = id GROUP BY month""").to_df()
        (owed, banked) = connection.sql("""
            SELECT (SELECT sum(total_amount) FROM invoice) - (SELECT sum(amount) FROM payment_line),
                (SELECT sum(total_amount) FROM payment)""").fetchall()[0]
        (orphans,) = connection.sql("""
            SELECT (SELECT count(*) FROM invoice_linked_txn ANTI JOIN payment ON payment_id = id)
                + (SELECT count(*) FROM payment_line ANTI JOIN invoice ON invoice_id = id)
                + (SELECT count(*) FROM invoice ANTI JOIN customer ON customer_id = customer.id)
                + (SELECT count(*) FROM invoice_line ANTI JOIN item ON sales_item_item_id = id
                    WHERE detail_type = 'SalesItemLineDetail')""").fetchall()[0]
        sheet = dict(connection.sql("SELECT name, balance FROM account").fetchall())
    assert orphans == 0
    ours = ledger[ledger["account"] == "Revenue"]
    by_month = (
        ours.groupby(pd.to_datetime(ours["posted_date"]).dt.strftime("%Y-%m"))["credit_cents"].sum() / 100
    )
    assert revenue.set_index("month")["amount"].round(2).to_dict() == by_month.round(2).to_dict()
    balance = (ledger["debit_cents"] - ledger["credit_cents"]).groupby(ledger["account"]).sum() / 100
    assert round(owed, 2) == sheet["Accounts Receivable"] == balance["Accounts Receivable"]
    assert round(banked, 2) == sheet["Cash"] == balance["Cash"]
    parquet = {path.stem for path in out.glob("*.parquet")}
    assert parquet >= {"account", "customer", "invoice", "invoice_line", "payment", "payment_line"}


# --- Stripe -------------------------------------------------------------------------------------------


def test_stripe_objects_refer_to_each_other_and_add_up(
    made: Callable[[str], Dataset], written: Callable[..., Path]
) -> None:
    out = written("subscriptions", "stripe")
    kinds = {"products": "prod_", "prices": "price_", "customers": "cus_", "subscriptions": "sub_"}
    kinds |= {"invoices": "in_", "payment_intents": "pi_", "invoice_payments": "inpay_"}
    every = {kind: {row["id"]: row for row in objects(out, kind)} for kind in kinds}
    for kind, prefix in kinds.items():
        assert all(re.fullmatch(prefix + "[0-9A-Za-z]{24}", name) for name in every[kind])
    paid: Counter[str] = Counter()
    for row in every["invoice_payments"].values():
        intent = every["payment_intents"][row["payment"]["payment_intent"]]
        assert intent["amount"] == intent["amount_received"] == row["amount_paid"]
        paid[row["invoice"]] += row["amount_paid"]
    for invoice in every["invoices"].values():
        subscription = every["subscriptions"][invoice["parent"]["subscription_details"]["subscription"]]
        assert invoice["customer"] == subscription["customer"] in every["customers"]
        (line,) = invoice["lines"]["data"]
        price = every["prices"][line["pricing"]["price_details"]["price"]]
        assert price["unit_amount"] == line["amount"] == invoice["total"] == invoice["amount_due"]
        assert invoice["amount_paid"] == paid[invoice["id"]]
        assert invoice["amount_remaining"] == invoice["total"] - invoice["amount_paid"]
        assert invoice["status"] == ("open" if invoice["amount_remaining"] else "paid")
        assert type(invoice["total"]) is int
        assert 1_600_000_000 < invoice["created"] < invoice["due_date"]
    statuses = Counter(row["status"] for row in every["subscriptions"].values())
    ours = made("subscriptions").frame("subscriptions")["status"].value_counts()
    assert statuses == {"active": ours["Active"], "canceled": ours["Cancelled"]}
    for row in every["subscriptions"].values():
        assert (row["status"] == "canceled") == (row["ended_at"] is not None)


def test_plans_at_one_price_bill_an_invoice_once(tmp_path: Path) -> None:
    prices = {"basic": 10, "pro": 10, "enterprise": 20}
    keys = {"num_customers": 20, "monthly_prices": prices, "billing_interval_months": 3}
    dataset = in_memory(resolve("subscriptions", keys))
    write(in_memory_source(dataset.scenario, dataset.tables), "stripe", tmp_path)
    invoices = objects(tmp_path, "invoices")
    assert [invoice["number"] for invoice in invoices] == dataset.frame("invoices")["invoice_id"].tolist()
    started = {row["id"]: row["start_date"] for row in objects(tmp_path, "subscriptions")}
    for invoice in invoices:
        age = invoice["created"] - started[invoice["parent"]["subscription_details"]["subscription"]]
        assert invoice["billing_reason"].endswith("_create" if age < 90 * 86_400 else "_cycle")


def test_another_systems_files_stay(made: Callable[[str], Dataset], tmp_path: Path) -> None:
    """Both have anomalies.json, with ids of their own."""
    source = in_memory_source(made("order_to_cash").scenario, made("order_to_cash").tables)
    for _ in range(2):
        kept = {path: path.read_bytes() for path in write(source, "quickbooks", tmp_path)}
    with pytest.raises(UsageProblem, match=r"anomalies\.json is from another export, with other fields"):
        write(source, "gohighlevel", tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == kept


@pytest.mark.parametrize(
    ("world", "form", "names"),
    [
        ("subscriptions", "stripe", ("subscriptions", "invoices", "payment_intents")),
        ("order_to_cash", "gohighlevel", ("orders", "transactions")),
        ("order_to_cash", "quickbooks", ("Invoice", "Payment")),
    ],
)
def test_labels_name_the_objects_at_fault(
    world: str,
    form: str,
    names: tuple[str, ...],
    made: Callable[[str], Dataset],
    written: Callable[..., Path],
) -> None:
    out = written(world, form)
    labels = objects(out, "anomalies")
    ours = made(world).frame("anomaly_manifest")
    assert [label["anomaly_id"] for label in labels] == ours["anomaly_id"].tolist()
    known: set[tuple[str, str]] = set()
    for name in names:
        rows = objects(out, name)
        kind = name.rstrip("s")
        known |= {(rows and kind, row.get("Id") or row.get("id") or row["_id"]) for row in rows}
    named = {(label["object"], label.get("Id") or label.get("id")) for label in labels if label["object"]}
    assert named <= known
    assert len(named) > 5


# --- plain-text accounting ----------------------------------------------------------------------------

BOOKS = ("order_to_cash", "wholesale")


@pytest.mark.parametrize("world", BOOKS)
def test_beancount_finds_the_books_in_order_and_a_cent_too_much(
    world: str, made: Callable[[str], Dataset], written: Callable[..., Path], tmp_path: Path
) -> None:
    file = written(world, "beancount") / f"{world}.beancount"
    entries, errors, _ = loader.load_file(str(file))
    assert not errors
    kinds = Counter(type(entry).__name__ for entry in entries)
    assert kinds["Balance"] >= 20
    rows = made(world).frame("ledger_entries")
    if world == "order_to_cash":
        postings = rows["entry_id"].str[-9:].astype(int) // 2
    else:
        postings = rows["entry_number"].str.rsplit("-", n=1).str[0]
    assert kinds["Transaction"] == postings.nunique()
    lines = file.read_text("utf-8").splitlines()
    legs = [place for place, line in enumerate(lines) if line.startswith("  ") and line.endswith("USD")]
    place = legs[len(legs) // 2]
    account, amount, currency = lines[place].split()
    lines[place] = f"  {account}  {Decimal(amount) + Decimal('0.01')} {currency}"
    (tmp_path / "wrong.beancount").write_text("\n".join(lines), encoding="utf-8")
    assert loader.load_file(str(tmp_path / "wrong.beancount"))[1]


@pytest.mark.skipif(not shutil.which("hledger"), reason="hledger is not installed")
@pytest.mark.parametrize("world", BOOKS)
def test_hledger_finds_the_books_in_order_and_a_cent_too_much(
    world: str, written: Callable[..., Path], tmp_path: Path
) -> None:
    file = written(world, "hledger") / f"{world}.journal"
    assert hledger(file) == 0
    text = file.read_text("utf-8")
    account, amount = re.findall(r"0\.00 USD = (-?\d+)(\.\d\d) USD", text)[-1]
    wrong = tmp_path / "wrong.journal"
    wrong.write_text(text.replace(f"= {account}{amount} USD", f"= {int(account) + 1}{amount} USD"), "utf-8")
    assert hledger(wrong) != 0


def hledger(file: Path) -> int:
    command = ["hledger", "-f", str(file), "check", "--strict"]
    return subprocess.run(command, capture_output=True, check=False).returncode


def test_an_entry_that_does_not_balance_is_what_beancount_reports(tmp_path: Path) -> None:
    rates = {"unbalanced_entry": 0.02}
    scenario = resolve("wholesale", {"preset": "small", "anomaly_rates": rates})
    data = in_memory(scenario)
    write(in_memory_source(scenario, data.tables), "beancount", tmp_path)
    _, errors, _ = loader.load_file(str(tmp_path / "wholesale.beancount"))
    unbalanced = [error for error in errors if "does not balance" in error.message]
    assert len(unbalanced) == data.truth.num_rows > 0


# --- statements ---------------------------------------------------------------------------------------


def test_an_importer_reads_the_statements(
    made: Callable[[str], Dataset], written: Callable[..., Path]
) -> None:
    data = made("personal_banking")
    accounts = data.frame("accounts").set_index("account_id")
    posted = data.frame("transactions").query("not pending")
    home = written("personal_banking", "ofx") / "ofx"
    files = sorted(home.rglob("*.ofx"))
    with_statement = accounts[~accounts["account_type"].str.contains("loan|mortgage")]
    assert [file.stem for file in files] == sorted(with_statement.index)
    for file in files:
        tree = OFXTree()
        tree.parse(str(file))
        (statement,) = tree.convert().statements
        account, rows = accounts.loc[file.stem], posted[posted["account_id"] == file.stem]
        sign = -1 if account["account_type"] == "credit_card" else 1
        assert file.parent.name == account["user_id"]
        assert statement.account.acctid.endswith(account["mask"])
        assert statement.ledgerbal.balamt == sign * dollars(account["balance_current_cents"])
        lines = {line.fitid: (line.trnamt, line.dtposted.date()) for line in statement.transactions}
        assert lines == {
            row.transaction_id: (-dollars(row.amount_cents), pd.Timestamp(row.date).date())
            for row in rows.itertuples()
        }


def test_a_running_balance_ends_in_the_accounts(
    made: Callable[[str], Dataset], written: Callable[..., Path]
) -> None:
    data = made("personal_banking")
    accounts = data.frame("accounts").set_index("account_id")
    labels = data.frame("anomaly_manifest")
    wrong = set(labels[labels["type"] == "balance_does_not_replay"]["entity_id"])
    found: dict[bool, int] = defaultdict(int)
    for file in sorted((written("personal_banking", "csv-bank") / "csv-bank").rglob("*.csv")):
        with file.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        account = accounts.loc[file.stem]
        sign = -1 if account["account_type"] == "credit_card" else 1
        balance = sign * dollars(account["opening_balance_cents"])
        for row in rows:
            balance += Decimal(row["Amount"])
            assert Decimal(row["Balance"]) == balance
        ends = balance == sign * dollars(account["balance_current_cents"])
        assert ends == (file.stem not in wrong)
        found[ends] += 1
    assert found[True] > 20
    assert [row["Date"] for row in rows] == sorted(row["Date"] for row in rows)
