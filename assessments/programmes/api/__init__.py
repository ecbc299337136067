"""Programmes, their steps, runs, exercises, shoes and sheets."""
