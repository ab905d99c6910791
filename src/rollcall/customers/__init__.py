"""The record of a shopper: PosRecords as evidence, Customers as the people behind them."""
