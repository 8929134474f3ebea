"""Operations of attribution-coordinator: touches in, credited channels out."""
